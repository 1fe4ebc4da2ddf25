using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The start values of one parameter, by logical element (row * width + column).</summary>
internal readonly struct StartValues
{
    private readonly CounterRandom _random;
    private readonly Initialization _kind;
    private readonly double _scale;

    /// <summary>Start values of parameter number <paramref name="index"/> with a number of logical rows.</summary>
    public StartValues(Initialization kind, double scale, long rows, ulong seed, int index)
    {
        _random = new CounterRandom(seed, index);
        _kind = kind;
        _scale = kind == Initialization.UniformByRows ? scale / Math.Sqrt(rows) : scale;
    }

    /// <summary>Whether all values are zero.</summary>
    public bool AreZero => _kind == Initialization.Zero || _scale == 0;

    /// <summary>Start value of an element.</summary>
    public float At(long element) => _kind switch
    {
        Initialization.Zero => 0,
        Initialization.Normal => (float)(_scale * _random.Normal(element)),
        Initialization.HalfNormal => (float)Math.Abs(_scale * _random.Normal(element)),
        Initialization.LabelMean => (float)_scale,
        _ => (float)(_scale * ((2 * _random.Uniform(element)) - 1)),
    };
}
