using System;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>One of the two batches of a retrieval run on a device, with the description that every kernel reads.</summary>
internal sealed class RetrievalInput : DeviceInput
{
    /// <summary>Bytes of the struct Step of the kernels, rounded up to where arrays begin.</summary>
    public const int DescriptionBytes = 512;

    // Where the arrays of the batch are named in the description.
    private const int Arrays = 88;

    private readonly InteractionMatrix _matrix;
    private RetrievalBatch? _filled;
    private int[] _rowOf = [];

    public RetrievalInput(CudaDevice device, CudaStream copies, InteractionMatrix matrix, AutoencoderBatch batch)
        : base(device, copies, DescriptionBytes) => (_matrix, Batch) = (matrix, batch);

    /// <summary>The batch on the host.</summary>
    public AutoencoderBatch Batch { get; }

    /// <summary>Most bytes of the arrays of a batch.</summary>
    public static long BytesFor(int items, int users, int outputs, long pairs) =>
        (3 * (DescriptionBytes + (sizeof(int) * (users + (4L * pairs) + (2L * items) + (4L * outputs))))) / 2;

    /// <summary>Takes the users of a step, unless it has them already, and queues their copy to the device.</summary>
    public void Fill(RetrievalBatch batch)
    {
        if (_filled == batch)
        {
            return;
        }

        _filled = batch;
        AutoencoderBatch b = Batch;
        b.Load(_matrix, batch.Users.Span, batch.Draws);
        int pairs = b.HistoryStarts[b.Users], items = b.ItemStarts.Length - 1;
        if (b.SamplesOutputs)
        {
            _rowOf = _rowOf.Length == 0 ? new int[items] : _rowOf;
            _rowOf.AsSpan().Fill(-1);
            for (int q = 0; q < b.UpdatedCount; q++)
            {
                _rowOf[b.UpdatedRows[q]] = q;
            }
        }

        (int[] Array, int Count)[] arrays =
        [
            (b.HistoryStarts, b.Users + 1), (b.HistoryItems, pairs), (b.HistoryOutputs, pairs), (b.ItemStarts, items + 1), (b.ItemUsers, pairs), (b.Outputs, b.OutputCount),
            (b.UpdatedRows, b.UpdatedCount), (b.RowStarts, b.UpdatedCount + 1), (b.RowOutputs, b.OutputCount), (_rowOf, _rowOf.Length),
        ];
        long bytes = DescriptionBytes, at = DescriptionBytes;
        foreach ((int[] _, int count) in arrays)
        {
            bytes += StepLayout.Up((long)count * sizeof(int));
        }

        // Behind the arrays is room for the gradients at the items of the users.
        Reserve(bytes + (pairs * sizeof(float)));
        for (int i = 0; i < arrays.Length; i++)
        {
            (int[] array, int count) = arrays[i];
            Put(Arrays + (i * sizeof(ulong)), count == 0 ? 0 : Address.Value + (ulong)at);
            at = Copy<int>(array.AsSpan(0, count), at);
        }

        Targets = Address + bytes;
        Upload(bytes);
    }

    /// <summary>Where the gradients at the items of the users have room.</summary>
    public DeviceAddress Targets { get; private set; }
}
