using System;

namespace ModelGen.Reference;

/// <summary>A line of a printed model that cannot be read. The message names the line.</summary>
/// <param name="line">Line number, from 1.</param>
/// <param name="message">What is wrong with it.</param>
public sealed class IrTextException(int line, string message) : FormatException($"line {line}: {message}")
{
    /// <summary>Line number, from 1.</summary>
    public int Line { get; } = line;
}
