using System.Collections.Immutable;
using System.Threading;

namespace ModelGen.MovieLens;

/// <summary>How the methods are run.</summary>
internal sealed record StudyOptions
{
    /// <summary>First seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Number of seeds, counted up from the first.</summary>
    public required int Seeds { get; init; }

    /// <summary>Epochs (full-batch steps of the clustered methods); null for those the method was tuned to.</summary>
    public required int? Epochs { get; init; }

    /// <summary>Epochs after which a recommendation model is measured; null for the last, and two, four and six before it.</summary>
    public required ImmutableArray<int>? Checkpoints { get; init; }

    /// <summary>Whether ratings are predicted on a tenth of the training part, held back, instead of on the test part: to choose settings by.</summary>
    public required bool Tune { get; init; }

    /// <summary>Threads; 0 for all cores.</summary>
    public required int Threads { get; init; }

    /// <summary>Folder that receives the artefacts.</summary>
    public required string Output { get; init; }

    /// <summary>Stops the training under way.</summary>
    public required CancellationToken Cancellation { get; init; }
}
