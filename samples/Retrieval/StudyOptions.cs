using System.Collections.Generic;
using System.Threading;

namespace ModelGen.Retrieval;

/// <summary>How the methods are run.</summary>
internal sealed record StudyOptions
{
    /// <summary>First seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Number of seeds, counted up from the first.</summary>
    public required int Seeds { get; init; }

    /// <summary>Epochs of dense rows, and of sparse ones at the final number of entries; null for those the data set was tuned to.</summary>
    public required int? Epochs { get; init; }

    /// <summary>Schedule of the kept entries.</summary>
    public required SparsitySchedule Schedule { get; init; }

    /// <summary>How rows share the kept entries.</summary>
    public required SparsityBudget Budget { get; init; }

    /// <summary>Learning rate; null for that of the models.</summary>
    public required float? Rate { get; init; }

    /// <summary>How the learning rate falls over the last epochs.</summary>
    public required RateDecay RateDecay { get; init; }

    /// <summary>Penalty of EASE.</summary>
    public required double Lambda { get; init; }

    /// <summary>Threads; 0 for all cores.</summary>
    public required int Threads { get; init; }

    /// <summary>Folder that receives the artefacts.</summary>
    public required string Output { get; init; }

    /// <summary>File that receives the segments of the compressed model trained last; null for none.</summary>
    public required string? Segments { get; init; }

    /// <summary>Names of the items by key, for the segments.</summary>
    public required Dictionary<string, string> Names { get; init; }

    /// <summary>Stops the training under way.</summary>
    public required CancellationToken Cancellation { get; init; }
}
