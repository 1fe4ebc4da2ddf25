using System;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// One of the two batches of a run on a device: filled and packed into page-locked memory, and copied beside the step before it. The
/// description of the step lies in front of the arrays and is written last, when the rates of the step are known.
/// </summary>
internal sealed class StepInput : DeviceInput, ITeamWork
{
    private const int ArraysPerFeature = 5;

    private readonly StepLayout _layout;
    private readonly long[] _places;

    public StepInput(CudaDevice device, CudaStream copies, StepLayout layout, Batch batch)
        : base(device, copies, layout.Bytes)
    {
        (_layout, Batch) = (layout, batch);
        _places = new long[(batch.Features.Length * ArraysPerFeature) + 2];
    }

    /// <summary>The batch on the host.</summary>
    public Batch Batch { get; }

    /// <summary>Packs the filled batch and queues its copy to the device.</summary>
    public void Pack(WorkerTeam team)
    {
        long at = _layout.Bytes;
        int place = 0;
        void Put(long bytes)
        {
            _places[place++] = at;
            at += StepLayout.Up(bytes);
        }

        Put(Batch.Count * sizeof(float));
        Put((long)Batch.Count * Batch.NumericWidth * sizeof(float));
        foreach (FeatureBatch f in Batch.Features)
        {
            Put(f.Positions * sizeof(int));
            Put(f.Offsets.Length == 0 ? 0 : (Batch.Count + 1) * sizeof(int));
            Put(f.SlotCount * sizeof(int));
            Put(Starts(f) * sizeof(int));
            Put(f.Positions * sizeof(int));
        }

        long bytes = at;
        foreach (FeatureBatch f in Batch.Features)
        {
            foreach (SharedRows shared in f.Shared)
            {
                bytes += StepLayout.Up(shared.Count * sizeof(int)) + StepLayout.Up((shared.Count + 1) * sizeof(int)) + StepLayout.Up((f.SlotCount - 1) * sizeof(int));
            }
        }

        Reserve(bytes);
        Copy<float>(Batch.Labels.AsSpan(0, Batch.Count), _places[0]);
        Copy<float>(Batch.Numerics.AsSpan(0, Batch.Count * Batch.NumericWidth), _places[1]);
        team.Run(Batch.Features.Length, this);
        DescribeShared(at);
        Upload(bytes);
    }

    /// <summary>Packs one feature.</summary>
    public void Execute(int item)
    {
        FeatureBatch f = Batch.Features[item];
        int place = 2 + (item * ArraysPerFeature);
        Copy(f.Slots, f.Positions, _places[place]);
        Copy(f.Offsets, f.Offsets.Length == 0 ? 0 : Batch.Count + 1, _places[place + 1]);
        Copy(f.Ids, f.SlotCount, _places[place + 2]);
        Copy(f.SegmentStarts, Starts(f), _places[place + 3]);
        Copy(f.SegmentExamples, Starts(f) == 0 ? 0 : f.SegmentStarts[f.SlotCount], _places[place + 4]);

        int at = _layout.Features + (item * StepLayout.FeatureBytes);
        for (int i = 0; i < ArraysPerFeature; i++)
        {
            Put(at + (i * 8), Address.Value + (ulong)_places[place + i]);
        }

        Put(at + 88, f.SlotCount);
        Put(at + 92, f.Positions);
    }

    /// <summary>Sets the addresses of labels and numeric inputs in the description.</summary>
    public void DescribeInputs()
    {
        Put(0, Address.Value + (ulong)_places[0]);
        Put(8, Address.Value + (ulong)_places[1]);
    }

    // Members are listed where there are gradients to sum.
    private static int Starts(FeatureBatch feature) => feature.SegmentStarts.Length == 0 ? 0 : feature.SlotCount + 1;

    private void DescribeShared(long at)
    {
        foreach (FeatureBatch f in Batch.Features)
        {
            foreach (SharedRows shared in f.Shared)
            {
                int description = _layout.OfShared(shared.Table);
                Put(description, Address.Value + (ulong)at);
                at = Copy(shared.Rows, shared.Count, at);
                Put(description + 8, Address.Value + (ulong)at);
                at = Copy(shared.SegmentStarts, shared.Count + 1, at);
                Put(description + 16, Address.Value + (ulong)at);
                at = Copy(shared.SegmentSlots, f.SlotCount - 1, at);
                Put(description + 32, (long)shared.Count);
            }
        }
    }

    private long Copy(int[] source, int count, long offset) => Copy<int>(source.AsSpan(0, count), offset);
}
