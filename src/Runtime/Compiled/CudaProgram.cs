using System.Collections.Immutable;

namespace ModelGen.Compiled;

/// <summary>
/// The training step of a model as CUDA C, which the generator writes beside that of the CPU. All kernels take one argument, the address of
/// the step's description in device memory, and run in the order of the list with <see cref="BlockThreads"/> threads per block. Any grid
/// gives the same bits.
/// </summary>
public sealed record CudaProgram
{
    /// <summary>Threads of a block.</summary>
    public const int BlockThreads = 256;

    /// <summary>The kernel that scores all items for the queries of a batch: the description of the step, the number of items, scores, faults by query.</summary>
    public const string ScoreItems = "score_items";

    /// <summary>The text of the kernels.</summary>
    public string Source { get; init; } = "";

    /// <summary>The text of the kernels that train on all ratings at once; null when the model has none.</summary>
    public string? FullBatch { get; init; }

    /// <summary>Examples of a tile.</summary>
    public int TileExamples { get; init; }

    /// <summary>Most blocks that work on tiles side by side; each has gradients of the towers of its own.</summary>
    public int Lanes { get; init; }

    /// <summary>Distinct ids that a block has in shared memory at a time.</summary>
    public int SlotsPerBlock { get; init; }

    /// <summary>Floats of a lane's workspace in device memory; 0 when tiles lie in shared memory.</summary>
    public int WorkspaceFloats { get; init; }

    /// <summary>Features with computed vectors; those of the others are read in their tables.</summary>
    public ImmutableArray<CudaVectors> Vectors { get; init; } = [];

    /// <summary>Per feature, floats of the gradients of the scores of the softmax form for every chunk of ids; 0 without.</summary>
    public ImmutableArray<int> ScoreFloats { get; init; } = [];

    /// <summary>Whether there is the kernel <see cref="ScoreItems"/>: the model has an item.</summary>
    public bool ScoresItems { get; init; }

    /// <summary>The kernels of a step in their order.</summary>
    public ImmutableArray<CudaKernel> Kernels { get; init; } = [];
}

/// <summary>The computed vectors of a feature.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Floats">Floats of a slot that are computed, from its first on.</param>
public sealed record CudaVectors(int Feature, int Floats);

/// <summary>A kernel of a step.</summary>
/// <param name="Name">Its name in the text.</param>
/// <param name="Work">What the first dimension of its grid covers.</param>
/// <param name="Count">Second dimension of its grid.</param>
public sealed record CudaKernel(string Name, CudaWork Work, int Count);

/// <summary>What the first dimension of a grid covers.</summary>
public enum CudaWork
{
    /// <summary>One block.</summary>
    One,

    /// <summary>The tiles of the batch, at most one block per lane.</summary>
    Tiles,

    /// <summary>The distinct ids of the feature that has most.</summary>
    Slots,

    /// <summary>The rows of the shared table that has most in the batch.</summary>
    SharedRows,

    /// <summary>The elements of the greatest dense parameter.</summary>
    Dense,

    /// <summary>The elements of the greatest table.</summary>
    TableRows,
}
