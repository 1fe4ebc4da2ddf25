using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// The kernels of the personalised phase of a factorisation on all ratings: vectors of the ids' own, held as their differences from those of
/// their clusters, which move to the means of their members while every id goes to the nearest one.
/// </summary>
internal static class CudaPersonal
{
    /// <summary>The fields of a side: vectors of the clusters, and (null before the phase) what belongs to the ids.</summary>
    public const string Fields = """

            float* shared; float* residuals; int* clusters; int* rated; int* stays; int* nearest; i64 live;
        """;

    /// <summary>Whether a model has such a phase.</summary>
    public static bool AppliesTo(ModelSpec model) => model.Categoricals.Any(c => c.Embedding.Clustered is { PersonalFrom: > 0 });

    /// <summary>Puts element n of a row's gradient g into its place, with the slope of the pull where ids have vectors of their own.</summary>
    public static string Gradient(ModelSpec model)
    {
        float[] slopes = [.. new[] { RoleKind.User, RoleKind.Item }.Select(role => model.Categoricals.First(c => c.Role == role).Embedding.Clustered is { PersonalFrom: > 0 } clustered ? 2 * clustered.Pull : 0)];
        string slope = slopes[0] == slopes[1] ? CudaText.Float(slopes[0]) : $"(blockIdx.y == 0 ? {CudaText.Float(slopes[0])} : {CudaText.Float(slopes[1])})";
        return $$"""
            i64 at = (i64)row * WIDTH + n;
                        g *= own.shares[row];
                        own.gradients[at] = own.residuals ? fmaf({{slope}}, own.residuals[at], g) : g;
            """;
    }

    /// <summary>Puts the new value w of an element into its place: of a row, or of the difference from the cluster.</summary>
    public static string Store(string at, bool clamp) => $$"""
        if (own.residuals)
        {
            own.residuals[{{at}}] = w;
            w += own.shared[(i64)own.clusters[({{at}}) / WIDTH] * WIDTH + ({{at}}) % WIDTH];
        }

        own.values[{{at}}] = {{(clamp ? "fmaxf(w, 0.0f)" : "w")}};
        """;

    /// <summary>Writes the kernels behind those of the step, whose functions they use.</summary>
    public static void Write(SourceWriter w) => w.Lines("""

        // The vectors of the ids: those of their clusters and the differences from them.
        extern "C" __global__ void __launch_bounds__(BOUNDS) whole_vectors(const Step* step)
        {
            const Side& own = step->sides[blockIdx.y];
            for (i64 at = (i64)blockIdx.x * THREADS + threadIdx.x; own.residuals && at < own.count * WIDTH; at += (i64)gridDim.x * THREADS)
            {
                own.values[at] = own.shared[(i64)own.clusters[at / WIDTH] * WIDTH + at % WIDTH] + own.residuals[at];
            }
        }

        // The vector of a cluster becomes the mean of those of its members with ratings, one cluster per block; the runs of ids of its parts are
        // added in order.
        extern "C" __global__ void __launch_bounds__(BOUNDS) cluster_means(const Step* step)
        {
            __shared__ double sums[WIDTH];
            __shared__ int members;
            const Side& own = step->sides[blockIdx.y];
            int part = threadIdx.x / LANES, lane = threadIdx.x % LANES;
            int from = (int)(own.count * part / PARTS), to = (int)(own.count * (part + 1) / PARTS);
            for (int q = blockIdx.x; own.residuals && step->result->finite && q < own.live; q += gridDim.x)
            {
                double sum[EACH];
                for (int e = 0; e < EACH; e++)
                {
                    sum[e] = 0.0;
                }

                int found = 0;
                for (int id = from; id < to; id++)
                {
                    if (own.clusters[id] == q && own.starts[id + 1] > own.starts[id])
                    {
                        found++;
                        for (int e = 0; e < EACH; e++)
                        {
                            sum[e] += e * LANES + lane < WIDTH ? (double)own.values[(i64)id * WIDTH + e * LANES + lane] : 0.0;
                        }
                    }
                }

                for (int p = 0; p < PARTS; p++)
                {
                    for (int e = 0; e < EACH; e++)
                    {
                        if (part == p && e * LANES + lane < WIDTH)
                        {
                            sums[e * LANES + lane] = p == 0 ? sum[e] : sums[e * LANES + lane] + sum[e];
                        }
                    }

                    if (part == p && lane == 0)
                    {
                        members = p == 0 ? found : members + found;
                    }

                    __syncthreads();
                }

                for (int n = threadIdx.x; n < WIDTH && members > 0; n += THREADS)
                {
                    own.shared[(i64)q * WIDTH + n] = (float)(sums[n] / members);
                }

                if (threadIdx.x == 0)
                {
                    own.rated[q] = members;
                    own.stays[q] = 0;
                }

                __syncthreads();
            }
        }

        // The nearest cluster of every id with ratings, by a part of a warp, where x y - |y|^2 / 2 is greatest; a tie leaves the id where it is. -1 without
        // ratings. Marks the clusters that keep a member.
        extern "C" __global__ void __launch_bounds__(BOUNDS) nearest_clusters(const Step* step)
        {
            const Side& own = step->sides[blockIdx.y];
            int part = threadIdx.x / LANES, lane = threadIdx.x % LANES;
            for (i64 first = (i64)blockIdx.x * PARTS; own.residuals && step->result->finite && first < own.count; first += (i64)gridDim.x * PARTS)
            {
                i64 id = first + part;
                bool rated = id < own.count && own.starts[id + 1] > own.starts[id];
                int present = id < own.count ? own.clusters[id] : 0, best = present;
                float x[EACH], most = 0.0f;
                for (int e = 0; e < EACH; e++)
                {
                    x[e] = id < own.count && e * LANES + lane < WIDTH ? own.values[id * WIDTH + e * LANES + lane] : 0.0f;
                }

                for (int n = -1; n < own.live; n++)
                {
                    int q = n < 0 ? present : n;
                    float score = 0.0f;
                    for (int e = 0; e < EACH; e++)
                    {
                        float y = e * LANES + lane < WIDTH ? own.shared[(i64)q * WIDTH + e * LANES + lane] : 0.0f;
                        score = fmaf(y, x[e] - 0.5f * y, score);
                    }

                    for (int distance = LANES / 2; distance > 0; distance /= 2)
                    {
                        score += __shfl_xor_sync(0xffffffffu, score, distance);
                    }

                    if (n < 0 || score > most)
                    {
                        most = score;
                        best = q;
                    }
                }

                if (lane == 0 && id < own.count)
                {
                    own.nearest[id] = rated ? best : -1;
                    if (!rated || best == present)
                    {
                        atomicOr(&own.stays[present], 1);
                    }
                }
            }
        }

        // Every id goes to its nearest cluster, in the order of the ids, but the last member of a cluster stays. The order only matters when a cluster
        // keeps none of its members; then one thread follows it.
        extern "C" __global__ void __launch_bounds__(BOUNDS) move_ids(const Step* step)
        {
            const Side& own = step->sides[blockIdx.y];
            if (!own.residuals || !step->result->finite)
            {
                return;
            }

            bool ordered = false;
            for (int q = threadIdx.x; q < own.live; q += THREADS)
            {
                ordered |= own.rated[q] > 0 && own.stays[q] == 0;
            }

            if (!__syncthreads_or(ordered))
            {
                for (i64 id = (i64)blockIdx.x * THREADS + threadIdx.x; id < own.count; id += (i64)gridDim.x * THREADS)
                {
                    own.clusters[id] = own.nearest[id] < 0 ? own.clusters[id] : own.nearest[id];
                }
            }
            else if (blockIdx.x == 0 && threadIdx.x == 0)
            {
                for (i64 id = 0; id < own.count; id++)
                {
                    int from = own.clusters[id], to = own.nearest[id];
                    if (to >= 0 && to != from && (own.stays[from] || own.rated[from] > 1))
                    {
                        own.clusters[id] = to;
                        own.rated[from]--;
                        own.rated[to]++;
                    }
                }
            }
        }

        // The differences of the ids with ratings from their clusters.
        extern "C" __global__ void __launch_bounds__(BOUNDS) find_residuals(const Step* step)
        {
            const Side& own = step->sides[blockIdx.y];
            for (i64 at = (i64)blockIdx.x * THREADS + threadIdx.x; own.residuals && step->result->finite && at < own.count * WIDTH; at += (i64)gridDim.x * THREADS)
            {
                i64 id = at / WIDTH;
                if (own.starts[id + 1] > own.starts[id])
                {
                    own.residuals[at] = own.values[at] - own.shared[(i64)own.clusters[id] * WIDTH + at % WIDTH];
                }
            }
        }
        """);
}
