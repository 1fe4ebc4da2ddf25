using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// Takes the steps of an autoencoder on a CUDA device. The kernels of a step are recorded once per level and started with one call, with large
/// products over dense rows by the device's matrix library where it has one; the next batch is grouped on the host and copied beside them. Rows and optimiser state live on the device from <see cref="Attach"/> on.
/// </summary>
internal sealed class CudaAutoencoderRunner : IAutoencoderRunner
{
    private const int MostBlocks = 4096;
    private const int Warps = CudaProgram.BlockThreads / 32;

    private readonly CudaDevice _device;
    private readonly CudaAutoencoder _program;
    private readonly string _name;
    private readonly int _capacity;
    private readonly CudaStream _copies;
    private readonly Dictionary<string, CudaFunction> _functions;
    private readonly nint _result;
    private readonly Dictionary<(RetrievalInput Input, int Generation, int Users), CudaGraph> _graphs = [];
    private readonly LibraryProducts? _library;
    private RetrievalInput _current;
    private RetrievalInput _next;
    private SparseRows _rows = null!;
    private DeviceRows? _deviceRows;
    private RetrievalBuffers? _buffers;
    private bool _hostIsCurrent;

    /// <summary>Loads the kernels.</summary>
    /// <param name="device">The device.</param>
    /// <param name="program">The kernels.</param>
    /// <param name="schema">The model.</param>
    /// <param name="matrix">Histories of all users.</param>
    /// <param name="capacity">Most users of a batch.</param>
    /// <param name="maxOutput">Outputs of a batch.</param>
    /// <param name="batchItems">Most distinct items of a batch.</param>
    /// <param name="precision">How matrices are multiplied.</param>
    /// <param name="leastByLibrary">Multiplications of a product from which the device's matrix library is used.</param>
    public CudaAutoencoderRunner(
        CudaDevice device, CudaAutoencoder program, ModelSchema schema, InteractionMatrix matrix, int capacity, int maxOutput, int batchItems, MatrixPrecision precision,
        long leastByLibrary = LibraryProducts.LeastMultiplications)
    {
        (_device, _program, _name, _capacity) = (device, program, schema.Tables[0].Name, capacity);
        CudaModule module = device.Load(CudaStepRunner.SourceFor(program.Source, schema.Name, precision, device.Info));
        _functions = program.Wide.Concat(program.Sparse).Select(k => k.Name).Append(CudaAutoencoder.Normalize).Append(CudaAutoencoder.BeginRowGradients).Distinct()
            .ToDictionary(name => name, name => device.Driver.GetFunction(module, name));
        _copies = device.Driver.CreateStream();
        _result = device.Driver.AllocatePinned(StepLayout.ResultBytes);
        RetrievalInput Input() => new(device, _copies, matrix, new AutoencoderBatch(matrix.Items, capacity, maxOutput, batchItems));
        (_current, _next) = (Input(), Input());
        Products = "own kernels";
        if (LibraryProducts.Applies(device, capacity, maxOutput, matrix.Items, schema.Tables[0].Width, leastByLibrary))
        {
            _library = LibraryProducts.Open(device, precision, out string products);
            Products = products;
        }
    }

    /// <summary>What multiplies dense rows.</summary>
    public string Products { get; }

    private ImmutableArray<AutoencoderKernel> Kernels => _rows.IsWide ? _program.Wide : _program.Sparse;

    /// <inheritdoc/>
    public void Attach(SparseRows rows)
    {
        _device.Synchronize();
        Release();
        _rows = rows;
        _deviceRows = new DeviceRows(_device, rows);
        _buffers = new RetrievalBuffers(_device, rows, _capacity, _current.Batch.OutputRows);
        _current.Fill(default);
        Describe(default);
        _current.Send(_device.Stream);
        Launch(CudaAutoencoder.Normalize, Cover(rows.Rows, Warps));
        _device.Synchronize();
        _hostIsCurrent = false;
    }

    /// <inheritdoc/>
    public double Train(RetrievalBatch batch, RetrievalBatch? next, OptimizerStep optimizer)
    {
        _current.Fill(batch);
        Describe(optimizer);
        _current.Send(_device.Stream);
        Launch();
        _device.Driver.CopyToHost(_result, _buffers!.Result.Address, StepLayout.ResultBytes, _device.Stream);
        if (next is { } following)
        {
            _next.Fill(following);
        }

        _device.Synchronize();
        double loss = Loss;
        if (double.IsFinite(loss))
        {
            _hostIsCurrent = false;
            (_current, _next) = (_next, _current);
        }

        return loss;
    }

    /// <inheritdoc/>
    public void Download()
    {
        if (!_hostIsCurrent)
        {
            _deviceRows!.Download();
            _hostIsCurrent = true;
        }
    }

    /// <inheritdoc/>
    public string? FindFault()
    {
        Download();
        for (long slot = 0; slot < _rows.SlotCount; slot++)
        {
            if (!float.IsFinite(_rows.Values.At(slot)))
            {
                return $"parameter {_name} was not finite before the step";
            }
        }

        // The step has changed nothing, so that it can be taken again kernel by kernel.
        AutoencoderBatch batch = _current.Batch;
        foreach (AutoencoderKernel kernel in Kernels)
        {
            Launch(kernel.Name, GridOf(kernel.Work));
            _device.Synchronize();
            string? fault = kernel.Work switch
            {
                AutoencoderWork.UserColumns or AutoencoderWork.UserGroups => Fault(_buffers!.Histories, _rows.IsWide ? (batch.Users, Columns, _rows.Dimension) : (_rows.Dimension, _buffers.Users, batch.Users)),
                AutoencoderWork.ScoreTiles or AutoencoderWork.OutputGroups => Fault(_buffers!.Scores, (batch.OutputCount, _buffers.Users, batch.Users)),
                AutoencoderWork.One => $"the loss of user {Array.FindIndex(_buffers!.Losses.ToArray()[..batch.Users], loss => !double.IsFinite(loss))} of the batch",
                _ => null,
            };
            if (fault is not null)
            {
                return $"kernel {kernel.Name} was the first to give such a number: {fault}";
            }

            if (kernel.Work == AutoencoderWork.One)
            {
                break;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _library?.Dispose();
        _current.Dispose();
        _next.Dispose();
        _device.Driver.FreePinned(_result);
        _device.Driver.DestroyStream(_copies);
    }

    private unsafe double Loss => *(double*)_result;

    private int Columns => (_rows.Dimension + 31) / 32 * 32;

    private static string? Fault(DeviceBuffer<float> buffer, (int Rows, int Stride, int Width) shape)
    {
        float[] values = buffer.ToArray();
        for (int row = 0; row < shape.Rows; row++)
        {
            int at = Array.FindIndex(values, row * shape.Stride, shape.Width, value => !float.IsFinite(value));
            if (at >= 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{values[at]} in row {row}, column {at - (row * shape.Stride)} of the {buffer.Name}");
            }
        }

        return null;
    }

    private void Release()
    {
        foreach (CudaGraph graph in _graphs.Values)
        {
            _device.Driver.DestroyGraph(graph);
        }

        _graphs.Clear();
        _deviceRows?.Dispose();
        _buffers?.Dispose();
        (_deviceRows, _buffers) = (null, null);
    }

    private void Describe(OptimizerStep optimizer)
    {
        AutoencoderBatch batch = _current.Batch;
        _deviceRows!.Describe(_current);
        _buffers!.Describe(_current);
        _current.Put(248, batch.Users);
        _current.Put(256, batch.OutputCount);
        _current.Put(260, batch.UpdatedCount);
        _current.Put(264, _rows.Rows);
        _current.Put(268, _rows.IsFull ? 1 : 0);
        _current.Put(272, optimizer.TableRate);
        _current.Put(276, optimizer.MomentScale);
        _current.Put(280, optimizer.GradientScale);
        _current.Put(284, optimizer.SecondMomentScale);
        _current.Put(288, _rows.Chosen);
    }

    private void Launch()
    {
        // The library's products are recorded with the number of users; kernels read it.
        LibraryProducts? library = _rows.IsWide ? _library : null;
        var key = (_current, _current.Generation, library is null ? 0 : _current.Batch.Users);
        if (!_graphs.TryGetValue(key, out CudaGraph graph))
        {
            _device.Driver.BeginCapture(_device.Stream);
            foreach (AutoencoderKernel kernel in Kernels)
            {
                if (library is not null && kernel.Work == AutoencoderWork.RowTiles)
                {
                    Launch(CudaAutoencoder.BeginRowGradients, Cover((long)_rows.Rows * _rows.Dimension, CudaProgram.BlockThreads));
                }

                if (library?.Multiply(kernel.Work, (_deviceRows!.Wide, _rows.Rows, _rows.Dimension), _buffers!, _current.Batch.Users) != true)
                {
                    Launch(kernel.Name, GridOf(kernel.Work));
                }
            }

            graph = _device.Driver.EndCapture(_device.Stream);
            _graphs.Add(key, graph);
        }

        _device.Driver.Launch(graph, _device.Stream);
    }

    private void Launch(string kernel, long blocks) =>
        _device.Driver.Launch(_functions[kernel], new LaunchSize((int)long.Clamp(blocks, 1, MostBlocks), 1), CudaProgram.BlockThreads, 0, _device.Stream, _current.Address);

    // For the largest batch, so that one recording serves all.
    private long GridOf(AutoencoderWork work)
    {
        long users = _buffers!.Users, groups = users / 32, outputs = _current.Batch.OutputRows, rows = long.Min(outputs, _rows.Rows), r = _rows.Dimension;
        return work switch
        {
            AutoencoderWork.Users => Cover(users, Warps),
            AutoencoderWork.UserGroups => groups,
            AutoencoderWork.UserColumns => Cover(users * r, CudaProgram.BlockThreads),
            AutoencoderWork.Scores => Cover(users * outputs, CudaProgram.BlockThreads),
            AutoencoderWork.OutputGroups => Cover(groups * outputs, Warps),
            AutoencoderWork.CutGroups => Cover(groups * Cover(outputs, CudaAutoencoder.Cut), Warps),
            AutoencoderWork.ColumnGroups => Cover(groups * r, Warps),
            AutoencoderWork.ScoreTiles => Cover(outputs, 64) * Cover(users, 64),
            AutoencoderWork.UserTiles => Cover(users, 64) * Cover(r, 64),
            AutoencoderWork.RowTiles => Cover(rows, 64) * Cover(r, 64),
            AutoencoderWork.Rows => rows,
            AutoencoderWork.RowWarps => Cover(rows, Warps),
            _ => 1,
        };
    }

    private static long Cover(long items, int perBlock) => (items + perBlock - 1) / perBlock;
}
