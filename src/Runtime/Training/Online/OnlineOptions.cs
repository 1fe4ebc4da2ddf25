using System;

namespace ModelGen;

/// <summary>Settings of an <see cref="OnlineTrainer{TModel}"/>.</summary>
public sealed record OnlineOptions
{
    /// <summary>Seed of the start values and of the clusters that are tried at random; 1 by default.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Replaces the learning rate of the model; positive. Null (default) keeps it.</summary>
    public float? LearningRate { get; init; }

    /// <summary>Interactions n that are remembered of every id of a clustered side, 2 to 64; 16 by default.</summary>
    public int Remembered { get; init; } = 16;

    /// <summary>Most clusters m, its own among them, that an id is tried in when it may move, 2 to 64; 10 by default.</summary>
    public int Candidates { get; init; } = 10;

    /// <summary>
    /// Interactions of a cluster after which it is split for the first time, at least 32 times the dimension, so that splits cost a constant
    /// share; 0 (default) for just this number. The second time it takes twice as many, and so on; a new cluster inherits how often.
    /// </summary>
    public int SplitAfter { get; init; }

    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    internal void Check(int width)
    {
        Check(LearningRate is null or > 0 and < float.PositiveInfinity, nameof(LearningRate), LearningRate, "must be a positive, finite number, or null for the rate of the model");
        Check(Remembered is >= 2 and <= 64, nameof(Remembered), Remembered, "must be 2 to 64");
        Check(Candidates is >= 2 and <= 64, nameof(Candidates), Candidates, "must be 2 to 64");
        Check(SplitAfter == 0 || SplitAfter >= Least(width), nameof(SplitAfter), SplitAfter, $"must be at least {Least(width)}, 32 times the dimension, or 0 for just this number");
    }

    /// <summary>Interactions until the first split of a cluster.</summary>
    internal long FirstSplit(int width) => SplitAfter == 0 ? Least(width) : SplitAfter;

    private static int Least(int width) => 32 * width;

    private static void Check(bool holds, string name, object? value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException(FormattableString.Invariant($"{nameof(OnlineOptions)}.{name} is {value}; it {rule}."), name);
        }
    }
}
