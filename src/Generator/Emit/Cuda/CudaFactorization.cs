using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// The kernels by which a matrix factorisation is trained on all ratings at once: gradients of the rows of both sides with averaging over
/// the members of a cluster, the optimiser's update, and the costs of reassigning ids.
/// </summary>
internal static class CudaFactorization
{
    /// <summary>Whether a model has them: those that train on all ratings at once without biases and without vectors of the ids' own.</summary>
    public static bool AppliesTo(ModelSpec model, Graph graph) =>
        FactorizationEmitter.AppliesTo(model) && !model.Host.Factorization!.Biases && model.Optimizer.Rule != OptimizerRule.RowWiseAdagrad
            && graph.Parameters.Count(p => p.IsTable) == 2;

    /// <summary>The text.</summary>
    public static string Text(ModelSpec model, Graph graph)
    {
        Parameter table = graph.Parameters.First(p => p.IsTable);
        int width = table.Columns, states = OptimizerRules.For(model.Optimizer).States;
        CudaLibrary library = new();
        SourceWriter w = new();
        w.Lines($$"""
            // {{CudaText.Comment(model.Name)}} on all ratings at once.
            typedef long long i64;
            enum { THREADS = {{CudaEmitter.Threads}}, WIDTH = {{width}} };

            {{CudaStep.Bounds}}

            {{CudaStep.Result}}

            // One side: its rows, and for every row its cells: a row of the other side, the number of ratings and their mean. Pulls are the slopes
            // of the penalty, shares one over the members of a cluster.
            struct Side
            {
                float* values; float* state0; float* state1; float* gradients; const int* starts; const int* rows; const float* weights; const float* targets;
                const float* pulls; const float* shares; i64 count;
            };

            struct Step
            {
                double* losses; Result* result;
                float table_rate, moment_scale, gradient_scale, second_scale;
                i64 count;
                Side sides[2];
            };

            """);
        library.Use("rounded");
        library.Write(w);
        CudaOptimizer.WriteRule(w, model.Optimizer);
        w.Lines($$"""
            // g = (pull x + the sum of 2 w (x y - t) y over the cells) x share, one row of a side per block and one cell per part of a warp, which
            // takes every PARTS-th cell; the parts are added in order. Both sides read the rows as they were before the step.
            extern "C" __global__ void __launch_bounds__(BOUNDS) row_gradients(const Step* step)
            {
                constexpr int LANES = rounded(WIDTH), PARTS = THREADS / LANES, EACH = (WIDTH + LANES - 1) / LANES;
                __shared__ float pieces[PARTS * WIDTH];
                __shared__ double errors[PARTS];
                const Side& own = step->sides[blockIdx.y];
                const Side& other = step->sides[1 - blockIdx.y];
                int part = threadIdx.x / LANES, lane = threadIdx.x % LANES;
                for (int row = blockIdx.x; row < own.count; row += gridDim.x)
                {
                    float x[EACH], sum[EACH];
                    for (int e = 0; e < EACH; e++)
                    {
                        x[e] = e * LANES + lane < WIDTH ? own.values[(i64)row * WIDTH + e * LANES + lane] : 0.0f;
                        sum[e] = 0.0f;
                    }

                    double loss = 0.0;
                    int end = own.starts[row + 1];
                    for (int first = own.starts[row]; first < end; first += PARTS)
                    {
                        int cell = first + part;
                        i64 at = cell < end ? (i64)other_row(own, cell) * WIDTH : 0;
                        float y[EACH], product = 0.0f;
                        for (int e = 0; e < EACH; e++)
                        {
                            y[e] = cell < end && e * LANES + lane < WIDTH ? other.values[at + e * LANES + lane] : 0.0f;
                            product = fmaf(x[e], y[e], product);
                        }

                        for (int distance = LANES / 2; distance > 0; distance /= 2)
                        {
                            product += __shfl_xor_sync(0xffffffffu, product, distance);
                        }

                        float error = cell < end ? product - own.targets[cell] : 0.0f, weight = cell < end ? own.weights[cell] : 0.0f;
                        loss += (double)(weight * error * error);
                        for (int e = 0; e < EACH; e++)
                        {
                            sum[e] = fmaf(2.0f * weight * error, y[e], sum[e]);
                        }
                    }

                    for (int e = 0; e < EACH; e++)
                    {
                        if (e * LANES + lane < WIDTH)
                        {
                            pieces[part * WIDTH + e * LANES + lane] = sum[e];
                        }
                    }

                    if (lane == 0)
                    {
                        errors[part] = loss;
                    }

                    __syncthreads();
                    for (int n = threadIdx.x; n < WIDTH; n += THREADS)
                    {
                        float g = own.pulls[row] * own.values[(i64)row * WIDTH + n];
                        for (int p = 0; p < PARTS; p++)
                        {
                            g += pieces[p * WIDTH + n];
                        }

                        own.gradients[(i64)row * WIDTH + n] = g * own.shares[row];
                    }

                    if (threadIdx.x == 0 && blockIdx.y == 0)
                    {
                        for (int p = 1; p < PARTS; p++)
                        {
                            loss += errors[p];
                        }

                        step->losses[row] = loss;
                    }

                    __syncthreads();
                }
            }

            {{CudaStep.SumLosses}}

            // {{model.Optimizer.Rule}} on all rows of a side.
            extern "C" __global__ void __launch_bounds__(BOUNDS) update_rows(const Step* step)
            {
                const Side& own = step->sides[blockIdx.y];
                for (i64 at = (i64)blockIdx.x * THREADS + threadIdx.x; at < own.count * WIDTH && step->result->finite; at += (i64)gridDim.x * THREADS)
                {
                    float s0 = {{(states > 0 ? "own.state0[at]" : "0.0f")}}, s1 = {{(states > 1 ? "own.state1[at]" : "0.0f")}};
                    float w = optimize(step, own.gradients[at], own.values[at], s0, s1, step->table_rate);
                    own.values[at] = {{(model.Host.Factorization!.NonNegative ? "fmaxf(w, 0.0f)" : "w")}};{{string.Concat(Enumerable.Range(0, states).Select(s => $"\n        own.state{s}[at] = s{s};"))}}
                }
            }

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
                const float* scores, const int* starts, const int* rows, const float* targets, const int* present, int id_count, int cluster_count, int* best)
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
                            float error = targets[p] - scores[(i64)rows[p] * cluster_count + q];
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
            """.Replace("other_row(own, cell)", "own.rows[cell]"));
        return w.ToString();
    }
}
