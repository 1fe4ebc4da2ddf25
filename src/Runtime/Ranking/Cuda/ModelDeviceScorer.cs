using System;
using System.Collections.Immutable;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// Scores with the forward pass of the trained or the served form of any model: the items are the slots of one batch of queries, whose vectors are computed
/// chunk by chunk of queries, and tiles are one query with some items.
/// </summary>
/// <param name="state">The parameters.</param>
/// <param name="program">The kernels of the model, with <see cref="CudaProgram.ScoreItems"/>.</param>
/// <param name="queries">One example per query, whose item does not matter.</param>
/// <param name="team">Threads that fill the inputs of the queries.</param>
internal sealed class ModelDeviceScorer(ModelState state, CudaProgram program, DataSet queries, WorkerTeam team) : IDeviceScorer
{
    private readonly int _item = state.Schema.Require(FeatureRole.Item, "Ranking");
    private readonly BatchLoader _loader = new(queries, state.Schema, state.Vocabularies, state.Scalings, negatives: null, placeholder: state.Schema.Require(FeatureRole.Item, "Ranking"));
    private CudaDevice? _device;
    private DeviceKernels? _kernels;
    private DeviceParameters? _parameters;
    private DeviceWork? _work;
    private StepInput? _input;
    private CudaStream _copies;
    private int _lanes;

    /// <inheritdoc/>
    public int Items => state.Vocabularies[_item].Count;

    /// <inheritdoc/>
    public void Plan(DeviceMemoryPlan plan, int count)
    {
        DeviceParameters.Plan(plan, state);
        DeviceWork.Plan(plan, program, state.Schema, queries, Examples(count));
        plan.Add<float>("vectors of the items", (long)Items * (4 + state.Schema.Categoricals[_item].VectorStride));
    }

    /// <inheritdoc/>
    public void Open(CudaDevice device, int count)
    {
        _device = device;
        _kernels = new DeviceKernels(device, CudaStepRunner.SourceFor(program.Source, state.Schema.Name, MatrixPrecision.Exact, device.Info));
        StepLayout layout = new(state.Schema);
        _copies = device.Driver.CreateStream();
        _parameters = new DeviceParameters(device, state);
        _parameters.Upload();
        _work = new DeviceWork(device, program, state, layout, Examples(count));
        _lanes = DeviceWork.LanesOf(program, Examples(count));
        Batch batch = BatchLoader.CreateBatch(state.Schema, count, buffers: false);
        foreach (FeatureBatch feature in batch.Features)
        {
            // Nothing is updated.
            feature.Shared = [];
        }

        FeatureBatch items = batch.Features[_item];
        items.Ids = [.. Enumerable.Range(-1, Items + 1)];
        items.Slots = [.. Enumerable.Range(1, Items)];
        (items.SlotCount, items.Positions) = (Items + 1, Items);
        _input = new StepInput(device, _copies, layout, batch);
    }

    /// <inheritdoc/>
    public void Score(int first, int count, DeviceBuffer<int> starts, DeviceBuffer<int> histories, DeviceBuffer<float> scores, DeviceBuffer<int> faults)
    {
        Batch batch = _input!.Batch;
        int[] examples = [.. Enumerable.Range(first, count)];
        _loader.Begin(batch, examples);
        for (int f = 0; f < batch.Features.Length; f++)
        {
            if (f != _item)
            {
                _loader.FillFeature(batch, f, examples, training: false);
            }
        }

        _input.Pack(team);
        _input.DescribeInputs();
        _parameters!.Describe(_input);
        _work!.Describe(_input, _lanes);
        _input.Send(_device!.Stream);
        if (program.Kernels.FirstOrDefault(kernel => kernel.Name == "embed") is { } embed)
        {
            _kernels!.Launch(embed.Name, DeviceKernels.Cover(batch.Features.Max(f => f.SlotCount) - 1, program.SlotsPerBlock), embed.Count, _input.Address);
        }

        long tiles = count * DeviceKernels.Cover(Items, program.TileExamples);
        _kernels!.Launch(CudaProgram.ScoreItems, program.WorkspaceFloats > 0 ? _lanes : tiles, 1, _input.Address, Items, scores, faults);
    }

    /// <summary>Frees what the device does not free itself.</summary>
    public void Dispose()
    {
        if (_input is not null)
        {
            _input.Dispose();
            _device!.Driver.DestroyStream(_copies);
        }
    }

    // Tiles that do not fit into shared memory take a workspace each, of which there are as many as a step has at most.
    private int Examples(int count) => program.WorkspaceFloats > 0 ? int.Max(count, program.Lanes * program.TileExamples) : count;
}
