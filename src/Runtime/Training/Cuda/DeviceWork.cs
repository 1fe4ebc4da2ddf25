using System;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>What a step computes in device memory and nobody reads after it: vectors, gradients, lanes, losses. It grows with the batches.</summary>
internal sealed class DeviceWork
{
    private readonly CudaDevice _device;
    private readonly CudaProgram _program;
    private readonly ModelSchema _schema;
    private readonly StepLayout _layout;
    private readonly DeviceBuffer<int>?[] _ends;
    private readonly DeviceBuffer<float> _workspace;
    private readonly DeviceBuffer<float> _lanes;
    private readonly DeviceBuffer<double> _losses;
    private readonly DeviceBuffer<byte> _result;
    private readonly long[] _vectors;
    private DeviceBuffer<byte>? _batch;
    private long _capacity;

    public DeviceWork(CudaDevice device, CudaProgram program, ModelState state, StepLayout layout, int capacity)
    {
        (_device, _program, _schema, _layout) = (device, program, state.Schema, layout);
        int lanes = LanesOf(program, capacity);
        _workspace = device.Allocate<float>("tile workspace", (long)lanes * program.WorkspaceFloats);
        _lanes = device.Allocate<float>("gradients of the towers", (long)lanes * _schema.FactorOffset);
        _losses = device.Allocate<double>("losses", capacity);
        _result = device.Allocate<byte>("result", StepLayout.ResultBytes);
        _vectors = new long[_schema.Categoricals.Length];
        _ends = new DeviceBuffer<int>?[_schema.Categoricals.Length];
        foreach (QuantizedFeature quantized in _schema.Quantized)
        {
            QuantizedRows rows = new(state, quantized);
            int[] ends = [.. rows.Ends.Select(end => (int)long.Min(int.MaxValue, end))];
            (_ends[quantized.Feature] = device.Allocate<int>($"tiers of {_schema.Categoricals[quantized.Feature].Name}", ends.Length)).Upload(ends);
        }
    }

    /// <summary>Loss of the step and whether it is finite.</summary>
    public DeviceAddress Result => _result.Address;

    /// <summary>Losses of the examples.</summary>
    public DeviceBuffer<double> Losses => _losses;

    /// <summary>Adds the parts to a plan; of bags an estimate from their mean length.</summary>
    public static void Plan(DeviceMemoryPlan plan, CudaProgram program, ModelSchema schema, DataSet data, int capacity)
    {
        int lanes = LanesOf(program, capacity);
        plan.Add<float>("tiles", (long)lanes * (program.WorkspaceFloats + schema.FactorOffset));
        long input = capacity * (1L + schema.Numerics.Length), work = 2L * capacity;
        for (int f = 0; f < schema.Categoricals.Length; f++)
        {
            long positions = (long)Math.Ceiling((double)capacity * data.Categoricals[f].Codes.Length / int.Max(1, data.Count));
            input += (4 * positions) + capacity;
            work += BatchBytes(program, schema, f, capacity, positions + 1) / sizeof(float);
        }

        plan.Add<float>("batches", 3 * input).Add<float>("vectors and gradients", work * 3 / 2);
    }

    /// <summary>Makes room for a batch and writes the addresses and counts into the description of its step.</summary>
    public void Describe(StepInput input, int lanes)
    {
        Batch batch = input.Batch;
        long bytes = 0;
        for (int f = 0; f < batch.Features.Length; f++)
        {
            bytes += BatchBytes(_program, _schema, f, batch.Count, batch.Features[f].SlotCount);
        }

        Reserve(bytes);
        input.Put(48, _workspace.Address.Value);
        input.Put(56, _lanes.Address.Value);
        input.Put(64, _losses.Address.Value);
        input.Put(72, _result.Address.Value);
        input.Put(80, batch.Count);
        input.Put(84, (batch.Count + _program.TileExamples - 1) / _program.TileExamples);
        input.Put(88, lanes);
        long at = 0;
        for (int f = 0; f < batch.Features.Length; f++)
        {
            at = Describe(input, f, at);
        }
    }

    /// <summary>The first computed vector of a feature that is not finite, by its slot; -1 when all are.</summary>
    public int FirstFaultyVector(FeatureBatch batch, CudaVectors computed)
    {
        int stride = _schema.Categoricals[computed.Feature].VectorStride;
        float[] vectors = new float[batch.SlotCount * stride];
        _batch!.Download(MemoryMarshal.AsBytes(vectors.AsSpan()), _vectors[computed.Feature]);
        for (int slot = 1; slot < batch.SlotCount; slot++)
        {
            if (vectors.AsSpan(slot * stride, computed.Floats).ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                return slot;
            }
        }

        return -1;
    }

    /// <summary>Blocks that work on tiles side by side.</summary>
    public static int LanesOf(CudaProgram program, int capacity) => int.Min(program.Lanes, (capacity + program.TileExamples - 1) / program.TileExamples);

    private static bool IsComputed(CudaProgram program, int feature) => program.Vectors.Any(v => v.Feature == feature);

    private static long Chunks(int feature, CategoricalFeature description, ImmutableArray<int> scores, long slots) =>
        description.FactorFloats > 0 || scores[feature] > 0 ? (slots - 1 + ModelSchema.ChunkSlots - 1) / ModelSchema.ChunkSlots : 0;

    private static long BatchBytes(CudaProgram program, ModelSchema schema, int feature, long count, long slots)
    {
        CategoricalFeature description = schema.Categoricals[feature];
        long chunks = Chunks(feature, description, program.ScoreFloats, slots);
        long bytes = (IsComputed(program, feature) ? StepLayout.Up(slots * description.VectorStride * sizeof(float)) : 0)
            + StepLayout.Up(count * description.VectorStride * sizeof(float))
            + StepLayout.Up(chunks * description.FactorFloats * sizeof(float))
            + StepLayout.Up(chunks * program.ScoreFloats[feature] * sizeof(float))
            + StepLayout.Up(slots * description.Codes * sizeof(ushort));
        foreach (TableParameter table in schema.Tables)
        {
            bytes += table.Feature == feature && table.Index != RowIndex.Identity ? StepLayout.Up(slots * table.Width * sizeof(float)) : 0;
        }

        return bytes;
    }

    private long Describe(StepInput input, int feature, long at)
    {
        FeatureBatch batch = input.Batch.Features[feature];
        CategoricalFeature description = _schema.Categoricals[feature];
        int place = _layout.Features + (feature * StepLayout.FeatureBytes);
        long slots = batch.SlotCount, chunks = Chunks(feature, description, _program.ScoreFloats, slots);
        void Put(int offset, long bytes)
        {
            input.Put(offset, _batch!.Address.Value + (ulong)at);
            at += StepLayout.Up(bytes);
        }

        input.Put(place + 40, _ends[feature]?.Address.Value ?? 0);
        _vectors[feature] = at;
        Put(place + 48, IsComputed(_program, feature) ? slots * description.VectorStride * sizeof(float) : 0);
        Put(place + 56, (long)input.Batch.Count * description.VectorStride * sizeof(float));
        Put(place + 64, chunks * description.FactorFloats * sizeof(float));
        Put(place + 72, chunks * _program.ScoreFloats[feature] * sizeof(float));
        Put(place + 80, slots * description.Codes * sizeof(ushort));
        foreach (SharedRows shared in batch.Shared)
        {
            Put(_layout.OfShared(shared.Table) + 24, slots * _schema.Tables[shared.Table].Width * sizeof(float));
        }

        return at;
    }

    private void Reserve(long bytes)
    {
        if (_batch is null || bytes > _capacity)
        {
            _device.Synchronize();
            _batch?.Dispose();
            _capacity = bytes + (bytes / 2);
            _batch = _device.Allocate<byte>("vectors and gradients", _capacity);
        }
    }
}
