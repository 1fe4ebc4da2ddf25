using System.Collections.Immutable;

namespace ModelGen.Compiled;

/// <summary>
/// The training step of an autoencoder as CUDA C, which the generator writes beside that of the CPU. All kernels take one argument, the
/// address of the step's description in device memory, and run in the order of the list with <see cref="CudaProgram.BlockThreads"/> threads
/// per block. Any grid gives the same bits.
/// </summary>
public sealed record CudaAutoencoder
{
    /// <summary>The kernel that brings all rows to unit length.</summary>
    public const string Normalize = "normalize";

    /// <summary>The kernel that begins the gradients of dense rows when a matrix library adds their products.</summary>
    public const string BeginRowGradients = "begin_row_gradients";

    /// <summary>Scores of one cut, whose squares are summed by one warp.</summary>
    public const int Cut = 64;

    /// <summary>The text of the kernels.</summary>
    public required string Source { get; init; }

    /// <summary>The kernels of a step over dense rows.</summary>
    public required ImmutableArray<AutoencoderKernel> Wide { get; init; }

    /// <summary>The kernels of a step over the kept entries; empty when the model keeps all.</summary>
    public ImmutableArray<AutoencoderKernel> Sparse { get; init; } = [];
}

/// <summary>A kernel of an autoencoder's step.</summary>
/// <param name="Name">Its name in the text.</param>
/// <param name="Work">What its grid covers.</param>
public sealed record AutoencoderKernel(string Name, AutoencoderWork Work);

/// <summary>What the grid of an autoencoder's kernel covers, with 256 threads or 8 warps to a block.</summary>
public enum AutoencoderWork
{
    /// <summary>One block.</summary>
    One,

    /// <summary>A warp per user.</summary>
    Users,

    /// <summary>A block per 32 users.</summary>
    UserGroups,

    /// <summary>A thread per user and column.</summary>
    UserColumns,

    /// <summary>A thread per user and output.</summary>
    Scores,

    /// <summary>A warp per output and 32 users.</summary>
    OutputGroups,

    /// <summary>A warp per cut of outputs and 32 users.</summary>
    CutGroups,

    /// <summary>A warp per column and 32 users.</summary>
    ColumnGroups,

    /// <summary>A block per 64 outputs and 64 users.</summary>
    ScoreTiles,

    /// <summary>A block per 64 users and 64 columns.</summary>
    UserTiles,

    /// <summary>A block per 64 updated rows and 64 columns.</summary>
    RowTiles,

    /// <summary>A block per updated row.</summary>
    Rows,

    /// <summary>A warp per updated row.</summary>
    RowWarps,
}
