using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace ModelGen;

/// <summary>How the number of kept entries falls from all to the target (section 4.1 of the compressed ELSA digest: step-wise, linear, exponential, constant).</summary>
public enum SparsityKind
{
    /// <summary>The target from the first step on, the support being the largest start values.</summary>
    Constant,

    /// <summary>All entries, then the target times falling powers of two from a quarter of the width on, <see cref="SparsitySchedule.EpochsPerHalving"/> epochs each.</summary>
    StepWise,

    /// <summary>Every epoch of the pruning part takes the same number of entries off.</summary>
    Linear,

    /// <summary>As published: all entries for one epoch, then floor(r 2^-(i/E + 1)) in pruning epoch i, which begins with a jump to less than half.</summary>
    Exponential,

    /// <summary>r (v/r)^(i/T) in pruning epoch i of T: the same length without the jump.</summary>
    SmoothExponential,

    /// <summary>All entries for <see cref="SparsitySchedule.EpochsPerHalving"/> epochs, then the target at once: the control that a gradual schedule has to beat.</summary>
    OneShot,
}

/// <summary>When the support of a level, the entries that count, is chosen.</summary>
public enum SupportChoice
{
    /// <summary>Once, before the level's first step: the largest entries of the level before.</summary>
    EveryLevel,

    /// <summary>
    /// In every step, as the published code does: the largest among the entries that the level before kept. The others keep their values, take no
    /// gradient, and may come back. A level takes the time and memory of the one before.
    /// </summary>
    EveryStep,
}

/// <summary>One level of a schedule.</summary>
/// <param name="Kept">Entries kept per row.</param>
/// <param name="Epochs">Epochs trained at this number; 0 for a last level that is pruned to and not trained.</param>
/// <param name="Stored">Entries a row has while it is trained: those kept, or with <see cref="SupportChoice.EveryStep"/> those among which they are chosen.</param>
public readonly record struct SparsityLevel(int Kept, int Epochs, int Stored);

/// <summary>
/// The levels a sparse model is trained through. The pruning part takes T = E (log2(r/v) - 1) epochs, rounded up and at least 1, r being the
/// width, v the target and E <see cref="EpochsPerHalving"/>; the target's own epochs follow. A level keeps its support unless
/// <see cref="Support"/> says otherwise, and the supports of the levels are nested.
/// </summary>
public sealed record SparsitySchedule
{
    /// <summary>Kind of the schedule; exponential by default.</summary>
    public SparsityKind Kind { get; init; } = SparsityKind.Exponential;

    /// <summary>Epochs E in which the number of entries halves, at least 1; 5 by default. The paper uses 10.</summary>
    public int EpochsPerHalving { get; init; } = 5;

    /// <summary>
    /// Whether each level starts from the very first values on its support, as published, instead of the trained ones; false by default,
    /// which is better on small sets. The moments of the optimiser are new on each level either way.
    /// </summary>
    public bool Restart { get; init; }

    /// <summary>When the support of a level is chosen; once per level by default. <see cref="SupportChoice.EveryStep"/> goes with the same number of entries in every row and without <see cref="Restart"/>.</summary>
    public SupportChoice Support { get; init; }

    /// <summary>The levels for rows of a width and a target, in order; the last is the target with the final epochs.</summary>
    /// <param name="dimension">Width r of a row, at least 1.</param>
    /// <param name="kept">Target v, 1 to <paramref name="dimension"/>; at dimension there is one level.</param>
    /// <param name="finalEpochs">Epochs at the target, at least 1; 0 prunes to the target without training after it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public ImmutableArray<SparsityLevel> Levels(int dimension, int kept, int finalEpochs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, dimension);
        ArgumentOutOfRangeException.ThrowIfNegative(finalEpochs);
        ArgumentOutOfRangeException.ThrowIfLessThan(EpochsPerHalving, 1);
        var levels = new List<(int Kept, int Epochs)>();
        if (kept < dimension)
        {
            AddPruning(levels, dimension, kept);
        }

        levels.Add((kept, finalEpochs));
        return [.. levels.Select((level, i) => new SparsityLevel(level.Kept, level.Epochs, Support == SupportChoice.EveryLevel ? level.Kept : i == 0 ? dimension : levels[i - 1].Kept))];
    }

    private void AddPruning(List<(int Kept, int Epochs)> levels, int dimension, int kept)
    {
        // The slack keeps an exact power of two from rounding up to one epoch more.
        int epochs = (int)Math.Max(1, Math.Ceiling((EpochsPerHalving * (Math.Log2((double)dimension / kept) - 1)) - 1e-9));
        switch (Kind)
        {
            case SparsityKind.StepWise:
                levels.Add((dimension, EpochsPerHalving));
                int top = kept;
                while (2L * top <= dimension / 4)
                {
                    top *= 2;
                }

                for (; top > kept; top /= 2)
                {
                    levels.Add((top, EpochsPerHalving));
                }

                break;

            case SparsityKind.OneShot:
                levels.Add((dimension, EpochsPerHalving));
                break;

            case SparsityKind.Linear:
                int step = (dimension - kept) / epochs;
                for (int i = 0; i < epochs; i++)
                {
                    levels.Add((dimension - (i * step), 1));
                }

                break;

            case SparsityKind.Exponential:
                levels.Add((dimension, 1));
                for (int i = 1; i < epochs; i++)
                {
                    levels.Add(((int)Math.Floor(dimension * Math.Pow(2, -(((double)i / EpochsPerHalving) + 1))), 1));
                }

                break;

            case SparsityKind.SmoothExponential:
                for (int i = 0; i < epochs; i++)
                {
                    levels.Add(((int)Math.Floor((dimension * Math.Pow((double)kept / dimension, (double)i / epochs)) + 1e-9), 1));
                }

                break;
        }
    }
}
