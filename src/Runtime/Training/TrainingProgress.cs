using System;

namespace ModelGen;

/// <summary>Where a training run stands.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Epoch">Current epoch, 1 to <paramref name="Epochs"/>.</param>
/// <param name="Epochs">Epochs asked for.</param>
/// <param name="Step">Optimiser steps taken in this epoch.</param>
/// <param name="StepsPerEpoch">Optimiser steps of an epoch.</param>
/// <param name="ExamplesPerSecond">Training speed in this epoch; drawn negatives count as examples, validation is not counted.</param>
/// <param name="Loss">Mean training loss of the epoch so far, each batch measured before its own update.</param>
/// <param name="Eta">Estimated time until the last epoch is done, without validation.</param>
/// <param name="ValidationMetrics">Result on the validation data; null before the end of the epoch or without such data.</param>
public sealed record TrainingProgress(
    TrainingProgressKind Kind, int Epoch, int Epochs, long Step, long StepsPerEpoch, double ExamplesPerSecond, double Loss, TimeSpan Eta, Evaluation? ValidationMetrics)
{
    /// <summary>Result on the validation pairs of a model without a label; null before the end of the epoch or without such data.</summary>
    public RankingEvaluation? Ranking { get; init; }

    /// <summary>With <see cref="TrainingProgressKind.Planned"/>, the memory that the run is about to take; null otherwise.</summary>
    public MemoryPlan? Memory { get; init; }

    /// <summary>At the start of a run on a CUDA device, the device and the memory the run takes on it, part by part; null otherwise.</summary>
    public string? Device { get; init; }
}

/// <summary>What a progress report is about.</summary>
public enum TrainingProgressKind
{
    /// <summary>The run is planned and about to allocate; once, before everything else.</summary>
    Planned,

    /// <summary>The first step on a CUDA device is about to be taken.</summary>
    Start,

    /// <summary>Some steps of an epoch are done.</summary>
    Step,

    /// <summary>An epoch is done and validated.</summary>
    EpochEnd,
}
