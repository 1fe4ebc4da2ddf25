namespace ModelGen.Compiled;

/// <summary>What a piece of step work sees: the parameters, the batch and the rates of this step.</summary>
public sealed class StepContext
{
    /// <summary>Creates the context of a run over one model.</summary>
    public StepContext(ModelState state, Batch batch, Lane[] lanes)
    {
        State = state;
        Batch = batch;
        Lanes = lanes;
    }

    /// <summary>The model's parameters.</summary>
    public ModelState State { get; }

    /// <summary>The current batch; refilled for every step.</summary>
    public Batch Batch { get; }

    /// <summary>The lanes; <see cref="ActiveLanes"/> of them took part in this step.</summary>
    public Lane[] Lanes { get; }

    /// <summary>Lanes that received at least one tile in this step.</summary>
    public int ActiveLanes { get; set; }

    /// <summary>1 / number of examples: the loss is the mean over the batch.</summary>
    public float InverseCount { get; set; }

    /// <summary>Learning rates and bias corrections of this step.</summary>
    public OptimizerStep Optimizer { get; set; }
}

/// <summary>Working memory of one lane.</summary>
public sealed class Lane
{
    /// <summary>Creates a lane.</summary>
    public Lane(NativeFloats workspace, NativeFloats denseGradients)
    {
        Workspace = workspace;
        DenseGradients = denseGradients;
    }

    /// <summary>Activations and gradients of one tile, <see cref="ModelSchema.TileFloats"/> floats.</summary>
    public NativeFloats Workspace { get; }

    /// <summary>Gradients of the tower parameters, laid out like the dense arena up to <see cref="ModelSchema.FactorOffset"/>.</summary>
    public NativeFloats DenseGradients { get; }
}

/// <summary>Rates and bias corrections of one step.</summary>
/// <param name="TableRate">Rate of the tables.</param>
/// <param name="FactorRate">Rate of the factors.</param>
/// <param name="TowerRate">Rate of the rest.</param>
/// <param name="MomentScale">Multiplies the first moment (Adam, NAdam).</param>
/// <param name="GradientScale">Multiplies the current gradient (NAdam).</param>
/// <param name="SecondMomentScale">Multiplies the second moment (Adam, NAdam).</param>
public readonly record struct OptimizerStep(
    float TableRate, float FactorRate, float TowerRate, float MomentScale, float GradientScale, float SecondMomentScale);

/// <summary>One batch in the form the generated code reads.</summary>
public sealed class Batch
{
    /// <summary>Creates a batch that can hold up to <paramref name="capacity"/> examples.</summary>
    public Batch(int capacity, int numericWidth, FeatureBatch[] features)
    {
        Capacity = capacity;
        NumericWidth = numericWidth;
        Labels = new float[capacity];
        Numerics = new float[(long)capacity * numericWidth];
        Features = features;
    }

    /// <summary>Most examples the batch can hold.</summary>
    public int Capacity { get; }

    /// <summary>Number of numeric inputs.</summary>
    public int NumericWidth { get; }

    /// <summary>Examples in the batch.</summary>
    public int Count { get; set; }

    /// <summary>Labels, one per example.</summary>
    public float[] Labels { get; }

    /// <summary>Transformed numeric inputs, Count x NumericWidth, row-major.</summary>
    public float[] Numerics { get; }

    /// <summary>The categorical inputs.</summary>
    public FeatureBatch[] Features { get; }
}

/// <summary>
/// One categorical input of a batch. Ids are gathered once per distinct id: slot 0 is the zero vector (unknown id, padding),
/// slots 1 .. SlotCount-1 are the distinct ids in ascending order.
/// </summary>
public sealed class FeatureBatch
{
    /// <summary>Whether vectors and gradients have room on the host; false when a device computes them.</summary>
    internal bool HasBuffers { get; init; } = true;

    /// <summary>Slots in a chunk, <see cref="CategoricalFeature.ChunkSlots"/>.</summary>
    public int ChunkSlots { get; init; } = ModelSchema.ChunkSlots;

    /// <summary>Ids (positions) in the batch; equals the example count unless the feature is a bag.</summary>
    public int Positions { get; set; }

    /// <summary>Slot of every position.</summary>
    public int[] Slots = [];

    /// <summary>For bags: positions of example i are [Offsets[i], Offsets[i + 1]). Empty for single values.</summary>
    public int[] Offsets = [];

    /// <summary>Number of slots, slot 0 included.</summary>
    public int SlotCount { get; set; }

    /// <summary>Id of every slot; Ids[0] = -1.</summary>
    public int[] Ids = [];

    /// <summary>Members of slot s are SegmentExamples[SegmentStarts[s] .. SegmentStarts[s + 1]); slot 0 has none.</summary>
    public int[] SegmentStarts = [];

    /// <summary>Examples that read a slot, in position order; an id repeated in a bag appears once per repetition.</summary>
    public int[] SegmentExamples = [];

    /// <summary>Vectors of the slots, SlotCount x VectorStride; row 0 is zero.</summary>
    public NativeFloats Vectors { get; set; } = NativeFloats.Empty;

    /// <summary>Of a quantised embedding the codes of the slots, SlotCount x <see cref="CategoricalFeature.Codes"/>; kept from the vectors to the updates.</summary>
    public ushort[] Codes = [];

    /// <summary>Gradients of the pooled vectors, Count x VectorStride, already divided by the bag size under mean pooling.</summary>
    public NativeFloats Gradients { get; set; } = NativeFloats.Empty;

    /// <summary>Factor gradients, one block of FactorFloats per chunk.</summary>
    public NativeFloats FactorGradients { get; set; } = NativeFloats.Empty;

    /// <summary>Work on tables whose rows several ids share; empty when there is none.</summary>
    public SharedRows[] Shared { get; set; } = [];

    /// <summary>The work on one of those tables; null when every row of it belongs to one id.</summary>
    internal SharedRows? SharedRowsOf(int table)
    {
        foreach (SharedRows shared in Shared)
        {
            if (shared.Table == table)
            {
                return shared;
            }
        }

        return null;
    }

    /// <summary>Chunks of slots: ceil((SlotCount - 1) / ChunkSlots); chunk c owns slots 1 + c * ChunkSlots and up.</summary>
    public int Chunks => (SlotCount - 1 + ChunkSlots - 1) / ChunkSlots;
}

/// <summary>Grouping of a feature's slots by the row they read in a table with a quotient or remainder index.</summary>
public sealed class SharedRows
{
    /// <summary>Index of the table in the schema.</summary>
    public required int Table { get; init; }

    /// <summary>Number of distinct rows in the batch.</summary>
    public int Count { get; set; }

    /// <summary>The distinct rows in ascending order.</summary>
    public int[] Rows = [];

    /// <summary>Slots of distinct row r are SegmentSlots[SegmentStarts[r] .. SegmentStarts[r + 1]).</summary>
    public int[] SegmentStarts = [];

    /// <summary>Slots in ascending order inside each segment.</summary>
    public int[] SegmentSlots = [];

    /// <summary>Row gradients, one per slot, SlotCount x table width.</summary>
    public NativeFloats RowGradients { get; set; } = NativeFloats.Empty;
}
