using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// Scores a catalogue for many queries on a CUDA device, chunk by chunk, and measures places or takes the best items there; scores never leave
/// the device.
/// </summary>
internal sealed class DeviceRanker : IDisposable
{
    // Floats of the scores of a chunk of queries.
    private const long ScoreFloats = 1L << 28;

    private readonly CudaDevice _device;
    private readonly IDeviceScorer _scorer;
    private readonly DeviceKernels _kernels;
    private readonly DeviceBuffer<float> _scores;
    private readonly DeviceBuffer<int> _faults;

    /// <summary>Copies a model to a device.</summary>
    /// <param name="device">The device, which is disposed with this.</param>
    /// <param name="scorer">The model over the queries, which is disposed with this.</param>
    /// <exception cref="InsufficientMemoryException">It does not fit in the memory of the device.</exception>
    public DeviceRanker(CudaDevice device, IDeviceScorer scorer)
    {
        (_device, _scorer) = (device, scorer);
        try
        {
            Chunk = (int)long.Clamp(ScoreFloats / int.Max(1, scorer.Items), 1, RankingRun.ChunkQueries);
            DeviceMemoryPlan plan = new();
            scorer.Plan(plan, Chunk);
            plan.Add<float>("scores", (long)Chunk * scorer.Items).Check(device);
            _kernels = new DeviceKernels(device, RankingKernels.Lists);
            _scores = device.Allocate<float>("scores", (long)Chunk * scorer.Items);
            _faults = device.Allocate<int>("faults", Chunk);
            scorer.Open(device, Chunk);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

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
            _kernels.Launch("places", count, 1, _scores, _scorer.Items, count, from, wanted, above, equal);
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
            _kernels.Launch("top", count, 1, _scores, _scorer.Items, count, length, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length), ids, best);
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
    public void Dispose()
    {
        _scorer.Dispose();
        _device.Dispose();
    }

    // The scores of some queries, minus infinity for what is no candidate.
    private void Score(int first, int count, InteractionMatrix histories, int[] ineligible)
    {
        (int[] starts, int[] history) = Rows(histories, first, count);
        using DeviceBuffer<int> from = Upload("starts of histories", starts), told = Upload("histories", history), left = Upload("no candidates", ineligible);
        _faults.Clear();
        _scorer.Score(first, count, from, told, _scores, _faults);
        _kernels.Launch("leave_out", count, 1, _scores, _scorer.Items, count, from, told, left, ineligible.Length);
        if (_faults.ToArray().AsSpan(0, count).ContainsAnyExcept(0))
        {
            throw RankingMeter.NotFinite();
        }
    }

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
}
