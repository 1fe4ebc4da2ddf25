using System;

namespace ModelGen.Compiled;

/// <summary>
/// What a piece of autoencoder work sees: the item rows, a batch of users with their histories, the outputs that are scored, and the
/// buffers between the phases. Users come in blocks of <see cref="BlockUsers"/>; everything per user and output or per user and column
/// holds the users of a block next to each other, so that one load serves all of them.
/// </summary>
public sealed partial class AutoencoderStep : AutoencoderBatch, IDisposable
{
    /// <summary>Users of one block: two of the widest vectors.</summary>
    public const int BlockUsers = 32;

    /// <summary>Outputs of one cut of dense work; a whole number of register tiles.</summary>
    public const int WideCut = 64;

    /// <summary>Outputs of one cut of sparse work.</summary>
    public const int SparseCut = 2048;

    /// <summary>Blocks of users in one item of the history sums and their gradients with wide rows.</summary>
    public const int BlockGroup = 16;

    // Floats of the gradients of one cut of the sparse update. They are passed over in order, and every further cut fetches the vectors of
    // all users once more.
    private const int SparseCutFloats = 1 << 18;

    // Cuts of the sparse update, if there are rows enough: few, because the vectors of a block are fetched again for every cut.
    private const int LeastRowCuts = 8;

    // Users are packed in pieces of this many in the wide update.
    private const int UserPiece = 256;

    private readonly int _columns;
    private readonly int _capacityBlocks;

    // The history sums once more with wide rows, their gradients with sparse ones.
    private readonly NativeFloats _secondHistories;

    /// <summary>Buffers for batches of a given size.</summary>
    /// <param name="rows">The item rows.</param>
    /// <param name="capacity">Most users of a batch.</param>
    /// <param name="maxOutput">Outputs of a batch; all items when it is at least their number.</param>
    /// <param name="batchItems">Most distinct items of a batch, which are outputs even when they are more.</param>
    internal AutoencoderStep(SparseRows rows, int capacity, int maxOutput, int batchItems)
        : base(rows.Rows, capacity, maxOutput, batchItems)
    {
        _columns = (rows.Dimension + 31) & ~31;
        _capacityBlocks = Blocks32(capacity);
        long users = (long)_capacityBlocks * BlockUsers;
        Histories = new NativeFloats(users * _columns);
        _secondHistories = new NativeFloats(users * _columns);
        Scores = new NativeFloats(users * OutputRows);
        Squares = new NativeFloats(users * (OutputRows / WideCut));
        ScoreScale = new float[users];
        TargetShare = new float[users];
        Losses = new double[users];
        Rows = rows;
    }

    /// <summary>The item rows.</summary>
    public SparseRows Rows { get; private set; }

    /// <summary>Rates and bias corrections of this step.</summary>
    public OptimizerStep Optimizer { get; set; }

    /// <summary>Blocks of users, the last one filled up with users without items.</summary>
    public int Blocks => Blocks32(Users);

    /// <summary>History sums, per block: column x <see cref="BlockUsers"/>.</summary>
    public NativeFloats Histories { get; }

    /// <summary>History sums in panels of 32 columns: panel x user x 32. Dense work only.</summary>
    public NativeFloats HistoryPanels => Rows.IsWide ? _secondHistories : NativeFloats.Empty;

    /// <summary>Users between two panels of <see cref="HistoryPanels"/>.</summary>
    public int PanelUsers => _capacityBlocks * BlockUsers;

    /// <summary>
    /// Gradients of the history sums: per block column x <see cref="BlockUsers"/> with sparse rows; with wide ones in panels like <see cref="HistoryPanels"/>, in the
    /// place of <see cref="Histories"/>, which the scores are the last to read.
    /// </summary>
    public NativeFloats HistoryGradients => Rows.IsWide ? Histories : _secondHistories;

    /// <summary>Scores and then their gradients, per block: output x <see cref="BlockUsers"/>.</summary>
    public NativeFloats Scores { get; }

    /// <summary>Sums of squared scores: cut x user.</summary>
    public NativeFloats Squares { get; }

    /// <summary>What a user's scores are multiplied by to give their part of the gradient.</summary>
    public float[] ScoreScale { get; }

    /// <summary>What is subtracted from the gradient at the items of a user.</summary>
    public float[] TargetShare { get; }

    /// <summary>2 - 2 cos of every user, measured before the update.</summary>
    public double[] Losses { get; }

    /// <summary>Outputs of one cut.</summary>
    public int CutOutputs => Rows.IsWide ? WideCut : SparseCut;

    /// <summary>Cuts of the outputs.</summary>
    public int Cuts => (OutputCount + CutOutputs - 1) / CutOutputs;

    /// <summary>Items of work of the history sums: a panel of 32 columns for a group of <see cref="BlockGroup"/> blocks with wide rows, a block with sparse ones.</summary>
    public int HistorySumItems => Rows.IsWide ? _columns / 32 * ((Blocks + BlockGroup - 1) / BlockGroup) : Blocks;

    /// <summary>Items of work of the scores: a cut for all users with wide rows, a cut for one block with sparse ones.</summary>
    public int ScoreItems => Rows.IsWide ? Cuts : Cuts * Blocks;

    /// <summary>Columns of one item of the history gradients with wide rows.</summary>
    public int ColumnChunk => Rows.Dimension >= 2048 ? 256 : 64;

    /// <summary>Column chunks of the history gradients with wide rows.</summary>
    public int ColumnChunks => (Rows.Dimension + ColumnChunk - 1) / ColumnChunk;

    /// <summary>Items of work of the history gradients: a chunk of columns for a group of <see cref="BlockGroup"/> blocks with wide rows, a block with sparse ones.</summary>
    public int HistoryGradientItems => Rows.IsWide ? ColumnChunks * ((Blocks + BlockGroup - 1) / BlockGroup) : Blocks;

    /// <summary>Rows of one cut of the update. The vectors of a block of users are passed over once per cut.</summary>
    public int RowCut => Rows.IsWide
        ? WideCut
        : int.Clamp(UpdatedCount / LeastRowCuts, WideCut, int.Max(WideCut, SparseCutFloats / SparseRows.Slots(Rows.MostEntries)));

    /// <summary>Users that fill whole pieces of 256, in which the wide update packs them.</summary>
    public int PackedUsers => ((Blocks * BlockUsers) + UserPiece - 1) / UserPiece * UserPiece;

    /// <summary>Cuts of the update.</summary>
    public int RowCuts => (UpdatedCount + RowCut - 1) / RowCut;

    /// <summary>Index of the first of some ascending numbers that is at least a bound; their number when none is.</summary>
    public static int FirstAtLeast(ReadOnlySpan<int> ascending, int bound)
    {
        int low = 0, high = ascending.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = ascending[middle] < bound ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Takes the rows of another level.</summary>
    internal void Attach(SparseRows rows) => Rows = rows;

    /// <summary>Bytes of the buffers for a number of users, outputs and columns.</summary>
    internal static long BytesFor(int dimension, int capacity, int outputs)
    {
        long users = (long)Blocks32(capacity) * BlockUsers, columns = (dimension + 31) & ~31;
        return sizeof(float) * users * ((2 * columns) + outputs + WideCut + (outputs / WideCut) + 1);
    }

    /// <summary>Frees the buffers; the rows stay.</summary>
    public void Dispose()
    {
        Histories.Dispose();
        Scores.Dispose();
        Squares.Dispose();
        _secondHistories.Dispose();
    }

    private static int Blocks32(int users) => (users + BlockUsers - 1) / BlockUsers;
}
