using System;

namespace ModelGen.Compiled;

/// <summary>One dimension of an input or output: a number, or a name for a size that each call chooses.</summary>
public readonly struct OnnxDimension
{
    private OnnxDimension(string? symbol, long size)
    {
        Symbol = symbol;
        Size = size;
    }

    /// <summary>Name of a size that each call chooses, or null.</summary>
    public string? Symbol { get; }

    /// <summary>The size, when it has no name.</summary>
    public long Size { get; }

    /// <summary>A fixed size, at least 0.</summary>
    public static implicit operator OnnxDimension(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return new(null, size);
    }

    /// <summary>A size that each call chooses.</summary>
    public static implicit operator OnnxDimension(string symbol)
    {
        ArgumentException.ThrowIfNullOrEmpty(symbol);
        return new(symbol, 0);
    }
}
