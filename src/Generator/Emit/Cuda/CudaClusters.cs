using ModelGen.Generator.Helpers;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// The kernels by which the ids of a factorisation on all ratings move between clusters: the costs of reassigning them, and for a split the
/// gradients of a cluster's members, their second moment and their projections.
/// </summary>
internal static class CudaClusters
{
    /// <summary>Writes the kernels behind those of the step, whose functions they use.</summary>
    public static void Write(SourceWriter w, bool biases) => w.Lines($$"""

            // Scores of the rows of one side with the clusters of the other: row x clusters.
            extern "C" __global__ void __launch_bounds__(BOUNDS) cluster_scores(const float* rows, const float* clusters, int row_count, int cluster_count, float* scores)
            {
                for (i64 i = (i64)blockIdx.x * THREADS + threadIdx.x; i < (i64)row_count * cluster_count; i += (i64)gridDim.x * THREADS)
                {
                    const float* x = rows + i / cluster_count * WIDTH;
                    const float* y = clusters + i % cluster_count * WIDTH;
                    float sum = 0.0f;
                    for (int n = 0; n < WIDTH; n++)
                    {
                        sum = fmaf(x[n], y[n], sum);
                    }

                    scores[i] = sum;
                }
            }

            // The cluster of least squared error of every id with ratings, one block per id and one cluster per thread; of equal costs the one that the id
            // has, then the lowest. -1 without ratings.
            extern "C" __global__ void __launch_bounds__(THREADS, 1) best_clusters(
                const float* scores, const int* starts, const int* others, const int* row_of, const float* targets, const int* present, int id_count, int cluster_count, int* best)
            {
                __shared__ float costs[THREADS];
                __shared__ int clusters[THREADS];
                for (int id = blockIdx.x; id < id_count; id += gridDim.x)
                {
                    int begin = starts[id], end = starts[id + 1];
                    float least = 0.0f;
                    int at = -1;
                    for (int q = threadIdx.x; q < cluster_count; q += THREADS)
                    {
                        float cost = 0.0f;
                        for (int p = begin; p < end; p++)
                        {
                            float error = targets[p] - scores[(i64)row_of[others[p]] * cluster_count + q];
                            cost = fmaf(error, error, cost);
                        }

                        if (at < 0 || cost < least || (cost == least && q == present[id]))
                        {
                            least = cost;
                            at = q;
                        }
                    }

                    costs[threadIdx.x] = least;
                    clusters[threadIdx.x] = at;
                    __syncthreads();
                    if (threadIdx.x == 0)
                    {
                        for (int n = 1; n < THREADS && clusters[n] >= 0; n++)
                        {
                            bool better = costs[n] < least || (costs[n] == least && at != present[id] && (clusters[n] == present[id] || clusters[n] < at));
                            at = better ? clusters[n] : at;
                            least = better ? costs[n] : least;
                        }

                        best[id] = end > begin ? at : -1;
                    }

                    __syncthreads();
                }
            }

            // The gradients of the members of a cluster with respect to their vector, one block per member: the sum of 2 (x y - t) y over its ratings.
            extern "C" __global__ void __launch_bounds__(BOUNDS) member_gradients(
                const float* x, const float* vectors, const int* starts, const int* others, const int* row_of, const float* targets, const int* members, int count, float* gradients)
            {
                __shared__ float pieces[PARTS * WIDTH];
                __shared__ double errors[PARTS];
                for (int m = blockIdx.x; m < count; m += gridDim.x)
                {
                    int id = members[m];
                    sum_cells(x, vectors, others, row_of, nullptr, targets, starts[id], starts[id + 1], {{(biases ? "nullptr, nullptr, " : "")}}pieces, errors);
                    for (int n = threadIdx.x; n < WIDTH; n += THREADS)
                    {
                        float g = 0.0f;
                        for (int p = 0; p < PARTS; p++)
                        {
                            g += pieces[p * WIDTH + n];
                        }

                        gradients[(i64)m * WIDTH + n] = g;
                    }

                    __syncthreads();
                }
            }

            // Sums of gradients for their mean: a row of the grid is a run of members, a thread a column, members in order.
            extern "C" __global__ void __launch_bounds__(BOUNDS) gradient_sums(const float* gradients, int count, double* sums)
            {
                int from = (int)((i64)count * blockIdx.y / gridDim.y), to = (int)((i64)count * (blockIdx.y + 1) / gridDim.y);
                for (int n = blockIdx.x * THREADS + threadIdx.x; n < WIDTH; n += gridDim.x * THREADS)
                {
                    double sum = 0.0;
                    for (int m = from; m < to; m++)
                    {
                        sum += (double)gradients[(i64)m * WIDTH + n];
                    }

                    sums[blockIdx.y * WIDTH + n] = sum;
                }
            }

            // Sums of (g - mean) (g - mean)': a row of the grid is a run of members, a thread an element, members in order and a tile of them at a time.
            extern "C" __global__ void __launch_bounds__(THREADS, 2) gradient_moments(const float* gradients, const double* mean, int count, double* moments)
            {
                constexpr int TILE = WIDTH < 4096 ? 4096 / WIDTH : 1;
                __shared__ float centred[TILE * WIDTH];
                int from = (int)((i64)count * blockIdx.y / gridDim.y), to = (int)((i64)count * (blockIdx.y + 1) / gridDim.y);
                for (i64 block = blockIdx.x; block * THREADS < (i64)WIDTH * WIDTH; block += gridDim.x)
                {
                    i64 element = block * THREADS + threadIdx.x;
                    bool mine = element < (i64)WIDTH * WIDTH;
                    int r = mine ? (int)(element / WIDTH) : 0, c = mine ? (int)(element % WIDTH) : 0;
                    double sum = 0.0;
                    for (int first = from; first < to; first += TILE)
                    {
                        int members = to - first < TILE ? to - first : TILE;
                        for (int n = threadIdx.x; n < members * WIDTH; n += THREADS)
                        {
                            centred[n] = (float)((double)gradients[(i64)first * WIDTH + n] - mean[n % WIDTH]);
                        }

                        __syncthreads();
                        for (int m = 0; m < members; m++)
                        {
                            sum = fma((double)centred[m * WIDTH + r], (double)centred[m * WIDTH + c], sum);
                        }

                        __syncthreads();
                    }

                    if (mine)
                    {
                        moments[(i64)blockIdx.y * WIDTH * WIDTH + element] = sum;
                    }
                }
            }

            // (g - mean) times a direction, one thread per member.
            extern "C" __global__ void __launch_bounds__(BOUNDS) project(const float* gradients, const double* mean, const double* direction, int count, double* projections)
            {
                for (int m = blockIdx.x * THREADS + threadIdx.x; m < count; m += gridDim.x * THREADS)
                {
                    double sum = 0.0;
                    for (int n = 0; n < WIDTH; n++)
                    {
                        sum = fma((double)gradients[(i64)m * WIDTH + n] - mean[n], direction[n], sum);
                    }

                    projections[m] = sum;
                }
            }
            """);
}
