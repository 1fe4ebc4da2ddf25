using System;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// What moves the ids of one side of a factorisation between clusters, on a CUDA device: the search of the best clusters, and for a split the
/// gradients of the members, their second moment and their projections. Rows are read from the host, where ids move; ratings stay on the device.
/// </summary>
internal sealed class DeviceClusters
{
    // Runs of members whose sums are taken side by side and added in order, whatever the device.
    private const int Runs = 16;

    private readonly CudaDevice _device;
    private readonly DeviceKernels _kernels;
    private readonly FactorSide _own;
    private readonly FactorSide _other;
    private readonly int _chunk;
    private readonly DeviceRatings _ratings;

    /// <summary>Prepares the moves of a side.</summary>
    /// <param name="device">The device.</param>
    /// <param name="kernels">Its kernels.</param>
    /// <param name="own">The side whose ids move.</param>
    /// <param name="other">The other side.</param>
    /// <param name="ratings">The ratings of the side on the device.</param>
    /// <param name="chunk">Members whose gradients are there at a time.</param>
    public DeviceClusters(CudaDevice device, DeviceKernels kernels, FactorSide own, FactorSide other, DeviceRatings ratings, int chunk = 1 << 16) =>
        (_device, _kernels, _own, _other, _ratings, _chunk) = (device, kernels, own, other, ratings, chunk);

    /// <summary>Adds the memory of one side to a plan.</summary>
    public static void Plan(DeviceMemoryPlan plan, FactorSide own, FactorSide other) => plan
        .Add<float>($"costs and gradients of {own.Feature.Name}", long.Max((long)other.MostRows * own.Table.Rows, (long)own.Lists.Ids * own.Width));

    /// <summary>The cluster of least squared error of every id with data, the other side as it is; -1 without data.</summary>
    public int[] BestClusters()
    {
        _ratings.Refresh();
        int ids = _own.Lists.Ids, clusters = _own.Rows;
        using DeviceBuffer<float> x = Rows(_other), y = Rows(_own), scores = _device.Allocate<float>("scores", (long)_other.Rows * clusters);
        using DeviceBuffer<int> rows = Upload("rows of ids", _other.RowOf), present = Upload("clusters", _own.RowOf.AsSpan(0, ids)), best = _device.Allocate<int>("best clusters", ids);
        _kernels.Launch("cluster_scores", DeviceKernels.Cover(scores.Length), 1, x, y, _other.Rows, clusters, scores);
        _kernels.Launch("best_clusters", ids, 1, scores, _ratings.Starts, _ratings.Others, rows, _ratings.Targets, present, ids, clusters, best);
        return best.ToArray();
    }

    /// <summary>Projections of the centred gradients of a cluster's members on their principal direction.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="members">Its ids, all that it has.</param>
    public double[] Project(int cluster, int[] members)
    {
        _ratings.Refresh();
        int width = _own.Width, most = int.Min(_chunk, members.Length);
        using DeviceBuffer<float> x = _device.Allocate<float>("shared vector", width), y = Rows(_other), gradients = _device.Allocate<float>("gradients", (long)most * width);
        using DeviceBuffer<int> rows = Upload("rows of ids", _other.RowOf), ids = Upload("members", members);
        using DeviceBuffer<double> mean = _device.Allocate<double>("mean", width), sums = _device.Allocate<double>("sums", Runs * width);
        using DeviceBuffer<double> moments = _device.Allocate<double>("moments", (long)Runs * width * width), projections = _device.Allocate<double>("projections", most);
        x.Upload(ref _own.Table.Values.At((long)cluster * width), 0, width);
        void Gradients(int first, int count) => _kernels.Launch("member_gradients", count, 1, x, y, _ratings.Starts, _ratings.Others, rows, _ratings.Targets, ids[first], count, gradients);

        SecondMoment moment = new(width);
        for (int first = 0; first < members.Length; first += _chunk)
        {
            int count = int.Min(_chunk, members.Length - first);
            Gradients(first, count);
            _kernels.Launch("gradient_sums", DeviceKernels.Cover(width), Runs, gradients, count, sums);
            double[] centre = InOrder(sums, width);
            for (int n = 0; n < width; n++)
            {
                centre[n] /= count;
            }

            mean.Upload(centre);
            _kernels.Launch("gradient_moments", DeviceKernels.Cover((long)width * width), Runs, gradients, mean, count, moments);
            moment.Add(count, centre, InOrder(moments, width * width));
        }

        double[] result = new double[members.Length];
        using DeviceBuffer<double> direction = Upload("direction", moment.Principal());
        mean.Upload(moment.Mean);
        for (int first = 0; first < members.Length; first += _chunk)
        {
            int count = int.Min(_chunk, members.Length - first);
            if (members.Length > _chunk)
            {
                Gradients(first, count);
            }

            _kernels.Launch("project", DeviceKernels.Cover(count), 1, gradients, mean, direction, count, projections);
            projections.Download(result.AsSpan(first, count));
        }

        return result;
    }

    // The sums of all runs, in their order.
    private static double[] InOrder(DeviceBuffer<double> sums, int count)
    {
        double[] all = sums.ToArray(), total = all[..count];
        for (int i = count; i < all.Length; i++)
        {
            total[i % count] += all[i];
        }

        return total;
    }

    private DeviceBuffer<float> Rows(FactorSide side)
    {
        DeviceBuffer<float> rows = _device.Allocate<float>($"rows of {side.Feature.Name}", (long)side.Rows * side.Width);
        rows.Upload(ref side.Values.First, 0, rows.Length);
        return rows;
    }

    private DeviceBuffer<T> Upload<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = _device.Allocate<T>(name, values.Length);
        buffer.Upload(values);
        return buffer;
    }
}
