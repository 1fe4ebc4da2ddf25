using System;
using System.Collections.Immutable;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>What a step on a device works with between its kernels: history sums, scores and gradients.</summary>
internal sealed class RetrievalBuffers : IDisposable
{
    private readonly DeviceBuffer<float> _squares;
    private readonly DeviceBuffer<float> _scale;
    private readonly DeviceBuffer<float> _share;

    /// <summary>Buffers for a level.</summary>
    /// <param name="device">The device.</param>
    /// <param name="rows">The rows of the level.</param>
    /// <param name="capacity">Most users of a batch.</param>
    /// <param name="outputs">Most outputs of a batch.</param>
    public RetrievalBuffers(CudaDevice device, SparseRows rows, int capacity, int outputs)
    {
        Users = Round(capacity);
        Columns = Round(rows.Dimension);
        long columns = Columns, updated = int.Min(outputs, rows.Rows);
        Histories = device.Allocate<float>("history sums", Users * columns);
        HistoryGradients = device.Allocate<float>("gradients of history sums", Users * columns);
        Scores = device.Allocate<float>("scores", (long)Users * outputs);
        _squares = device.Allocate<float>("squares of scores", (long)Users * ((outputs + CudaAutoencoder.Cut - 1) / CudaAutoencoder.Cut));
        _scale = device.Allocate<float>("scales", Users);
        _share = device.Allocate<float>("shares", Users);
        Gradients = device.Allocate<float>("gradients of rows", rows.IsWide ? updated * SparseRows.WideStride(rows.Dimension) : rows.SlotCount);
        Losses = device.Allocate<double>("losses", Users);
        Result = device.Allocate<byte>("result", StepLayout.ResultBytes);
    }

    /// <summary>Users from one row of scores to the next.</summary>
    public int Users { get; }

    /// <summary>Floats from one user to the next in the history sums over wide rows, and in their gradients.</summary>
    public int Columns { get; }

    /// <summary>Gradients of the history sums, laid out as these.</summary>
    public DeviceBuffer<float> HistoryGradients { get; }

    /// <summary>Gradients of the updated rows.</summary>
    public DeviceBuffer<float> Gradients { get; }

    /// <summary>The history sums: user x column with wide rows, column x user with sparse ones.</summary>
    public DeviceBuffer<float> Histories { get; }

    /// <summary>Scores and then their gradients: output x user.</summary>
    public DeviceBuffer<float> Scores { get; }

    /// <summary>The loss of every user.</summary>
    public DeviceBuffer<double> Losses { get; }

    /// <summary>The loss of the step and whether it is finite.</summary>
    public DeviceBuffer<byte> Result { get; }

    /// <summary>Device memory of a run: the largest of its levels, and the batches.</summary>
    public static DeviceMemoryPlan Plan(ModelSchema schema, InteractionMatrix matrix, RetrievalOptions options, ImmutableArray<SparsityLevel> levels)
    {
        int dimension = schema.Tables[0].Width, states = schema.Optimizer.DenseStates, capacity = int.Min(options.BatchSize, matrix.Users);
        int outputs = int.Min(matrix.Items, int.Max(options.MaxOutput ?? matrix.Items, RetrievalMemory.BatchItems(matrix, capacity) + 1));
        long rows = 0, gradients = 0, users = Round(capacity);
        foreach (SparsityLevel level in levels)
        {
            bool isWide = level.Stored == dimension || SparseRows.PrefersWide(dimension, level.Stored);
            rows = long.Max(rows, DeviceRows.BytesFor(matrix.Items, dimension, level.Stored, states));
            gradients = long.Max(gradients, isWide ? (long)outputs * SparseRows.WideStride(dimension) : (long)matrix.Items * SparseRows.Slots(level.Stored));
        }

        return new DeviceMemoryPlan()
            .Add("rows and optimiser state", rows)
            .Add<float>("history sums and their gradients", 2 * users * Round(dimension))
            .Add<float>("scores", users * (outputs + CudaAutoencoder.Cut + (outputs / CudaAutoencoder.Cut) + 5))
            .Add<float>("gradients of rows", gradients)
            .Add("batches", 2 * RetrievalInput.BytesFor(matrix.Items, capacity, outputs, RetrievalMemory.BatchPairs(matrix, capacity)));
    }

    /// <summary>Writes the addresses into the description of a step.</summary>
    public void Describe(RetrievalInput input)
    {
        ReadOnlySpan<ulong> addresses =
        [
            Histories.Address.Value, HistoryGradients.Address.Value, Scores.Address.Value, _squares.Address.Value, _scale.Address.Value, _share.Address.Value,
            input.Targets.Value, Gradients.Address.Value, Losses.Address.Value, Result.Address.Value,
        ];
        for (int i = 0; i < addresses.Length; i++)
        {
            input.Put(168 + (i * sizeof(ulong)), addresses[i]);
        }

        input.Put(252, Users);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DeviceBuffer<float> buffer in new[] { Histories, HistoryGradients, Scores, _squares, _scale, _share, Gradients })
        {
            buffer.Dispose();
        }

        Losses.Dispose();
        Result.Dispose();
    }

    private static int Round(int count) => (count + 31) / 32 * 32;
}
