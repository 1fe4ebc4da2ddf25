using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// Scores a catalogue of item vectors for many queries on a CUDA device, chunk by chunk, and measures places or takes the best items there;
/// scores never leave the device. Queries are sums of item vectors, or are given.
/// </summary>
internal sealed class DeviceRanker : IDisposable
{
    // Floats of the scores of a chunk of queries.
    private const long ScoreFloats = 1L << 28;

    private const int MostBlocks = 4096;

    private readonly CudaDevice _device;
    private readonly UnitRows _items;
    private readonly Queries? _queries;
    private readonly CudaModule _module;
    private readonly DeviceBuffer<float> _values;
    private readonly DeviceBuffer<int> _columns;
    private readonly DeviceBuffer<long> _rows;
    private readonly DeviceBuffer<float> _vectors;
    private readonly DeviceBuffer<float> _scores;
    private readonly DeviceBuffer<int> _faults;
    private readonly float[] _host;

    /// <summary>Copies the item vectors to a device.</summary>
    /// <param name="device">The device, which is disposed with this.</param>
    /// <param name="items">The item vectors.</param>
    /// <param name="queries">Writes the vectors of queries; null when a query is the sum of its history.</param>
    /// <exception cref="InsufficientMemoryException">It does not fit in the memory of the device.</exception>
    public DeviceRanker(CudaDevice device, UnitRows items, Queries? queries = null)
    {
        (_device, _items, _queries) = (device, items, queries);
        try
        {
            Chunk = (int)long.Clamp(ScoreFloats / int.Max(1, items.Rows), 1, RankingRun.ChunkQueries);
            new DeviceMemoryPlan()
                .Add<float>("item vectors", items.Count)
                .Add<int>("columns", items.IsFull ? 0 : items.Count)
                .Add<float>("queries", (long)Chunk * items.Dimension)
                .Add<float>("scores", (long)Chunk * items.Rows)
                .Check(device);
            _module = device.Load(RankingKernels.Source(items.Dimension));
            _values = device.Allocate<float>("item vectors", items.Count);
            _columns = device.Allocate<int>("columns", items.IsFull ? 0 : items.Count);
            _rows = device.Allocate<long>("starts of items", items.Rows + 1);
            _vectors = device.Allocate<float>("queries", (long)Chunk * items.Dimension);
            _scores = device.Allocate<float>("scores", (long)Chunk * items.Rows);
            _faults = device.Allocate<int>("faults", Chunk);
            _host = queries is null ? [] : new float[Chunk * items.Dimension];
            _values.Upload(ref items.Entries.First, 0, items.Count);
            _columns.Upload(items.Indices);
            _rows.Upload(items.Starts);
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>Writes the vectors of queries [first, first + count), one after another.</summary>
    public delegate void Queries(int first, int count, Span<float> vectors);

    /// <summary>Queries scored at a time.</summary>
    public int Chunk { get; }

    /// <summary>Measures the lists of all queries, with the result of <see cref="RankingRun.Measure"/> to the bit.</summary>
    /// <param name="heldOut">The items to find: one row per query, none of them empty or met by a history.</param>
    /// <param name="histories">The items that are no candidates: one row per query.</param>
    /// <param name="ineligible">Items that are no candidates of any query.</param>
    /// <param name="cutoffs">Lengths of the lists.</param>
    /// <param name="token">Stops between two chunks of queries.</param>
    /// <exception cref="ArithmeticException">A score is not a finite number.</exception>
    public RankingMeter Measure(InteractionMatrix heldOut, InteractionMatrix histories, int[] ineligible, ImmutableArray<int> cutoffs, CancellationToken token = default)
    {
        RankingMeter total = new(cutoffs);
        for (int first = 0; first < heldOut.Users; first += Chunk)
        {
            token.ThrowIfCancellationRequested();
            int count = int.Min(Chunk, heldOut.Users - first);
            Score(first, count, histories, ineligible);
            (int[] starts, int[] targets) = Rows(heldOut, first, count);
            using DeviceBuffer<int> from = Upload("starts of targets", starts), wanted = Upload("targets", targets);
            using DeviceBuffer<int> above = _device.Allocate<int>("scores above", targets.Length), equal = _device.Allocate<int>("equal scores", targets.Length);
            Launch("places", count, _scores, _items.Rows, count, from, wanted, above, equal);
            (int[] larger, int[] same) = (above.ToArray(), equal.ToArray());
            Span<double> places = new double[targets.Length];
            for (int t = 0; t < targets.Length; t++)
            {
                places[t] = larger[t] + ((same[t] - 1) / 2.0);
            }

            // Sums are cut as on the CPU.
            for (int block = 0; block < count; block += RankingRun.BlockQueries)
            {
                RankingMeter meter = new(cutoffs);
                for (int q = block; q < int.Min(count, block + RankingRun.BlockQueries); q++)
                {
                    meter.Add(places[starts[q]..starts[q + 1]]);
                }

                total.Add(meter);
            }
        }

        return total;
    }

    /// <summary>The best items of all queries, best first, of equal scores the lower id first; -1 behind the last candidate.</summary>
    /// <param name="histories">The items that are no candidates: one row per query.</param>
    /// <param name="ineligible">Items that are no candidates of any query.</param>
    /// <param name="length">Length of the lists, 1 to the smaller of the number of items and <see cref="RankingKernels.MostItems"/>.</param>
    /// <exception cref="ArithmeticException">A score is not a finite number.</exception>
    public (int[] Items, float[] Scores) Top(InteractionMatrix histories, int[] ineligible, int length)
    {
        int[] items = new int[histories.Users * length];
        float[] scores = new float[items.Length];
        for (int first = 0; first < histories.Users; first += Chunk)
        {
            int count = int.Min(Chunk, histories.Users - first);
            Score(first, count, histories, ineligible);
            using DeviceBuffer<int> ids = _device.Allocate<int>("lists", (long)count * length);
            using DeviceBuffer<float> best = _device.Allocate<float>("scores of lists", (long)count * length);
            Launch("top", count, _scores, _items.Rows, count, length, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length), ids, best);
            ids.Download(items.AsSpan(first * length, count * length));
            best.Download(scores.AsSpan(first * length, count * length));
        }

        for (int i = 0; i < items.Length; i++)
        {
            items[i] = float.IsNegativeInfinity(scores[i]) ? -1 : items[i];
        }

        return (items, scores);
    }

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    // The scores of some queries, minus infinity for what is no candidate.
    private void Score(int first, int count, InteractionMatrix histories, int[] ineligible)
    {
        int items = _items.Rows, width = _items.Dimension;
        (int[] starts, int[] history) = Rows(histories, first, count);
        using DeviceBuffer<int> from = Upload("starts of histories", starts), told = Upload("histories", history), left = Upload("no candidates", ineligible);
        if (_queries is not null)
        {
            _queries(first, count, _host.AsSpan(0, count * width));
            _vectors.Upload(_host.AsSpan(0, count * width));
        }
        else if (_items.IsFull)
        {
            Launch("sum_dense", Cover((long)count * width, CudaProgram.BlockThreads), _values, from, told, count, _vectors);
        }
        else
        {
            Launch("sum_sparse", Cover(count, CudaProgram.BlockThreads / 32), _values, _columns, _rows, from, told, count, _vectors);
        }

        _faults.Clear();
        if (_items.IsFull)
        {
            Launch("score_dense", Cover(items, 64) * Cover(count, 64), _values, _vectors, items, count, _scores, _faults);
        }
        else
        {
            Launch("score_sparse", Cover((long)items * count, CudaProgram.BlockThreads), _values, _columns, _rows, _vectors, items, count, _scores, _faults);
        }

        Launch("leave_out", count, _scores, items, count, from, told, left, ineligible.Length);
        if (_faults.ToArray().AsSpan(0, count).ContainsAnyExcept(0))
        {
            throw RankingMeter.NotFinite();
        }
    }

    private void Launch(string kernel, long blocks, params ReadOnlySpan<KernelArgument> arguments) => _device.Driver.Launch(
        _device.Driver.GetFunction(_module, kernel), new LaunchSize((int)long.Clamp(blocks, 1, MostBlocks), 1), CudaProgram.BlockThreads, 0, _device.Stream, arguments);

    private DeviceBuffer<int> Upload(string name, int[] values)
    {
        DeviceBuffer<int> buffer = _device.Allocate<int>(name, values.Length);
        buffer.Upload(values);
        return buffer;
    }

    private static (int[] Starts, int[] Items) Rows(InteractionMatrix matrix, int first, int count)
    {
        int[] starts = new int[count + 1];
        for (int q = 0; q < count; q++)
        {
            starts[q + 1] = starts[q] + matrix.History(first + q).Length;
        }

        int[] items = new int[starts[count]];
        for (int q = 0; q < count; q++)
        {
            matrix.History(first + q).CopyTo(items.AsSpan(starts[q]));
        }

        return (starts, items);
    }

    private static long Cover(long items, int perBlock) => (items + perBlock - 1) / perBlock;
}
