using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// The kernels by which a matrix factorisation is trained on all ratings at once: gradients of the rows of both sides with averaging over
/// the members of a cluster, and the optimiser's update; also those of biases and of vectors of the ids' own where the model has them.
/// </summary>
internal static class CudaFactorization
{
    /// <summary>The text.</summary>
    public static string Text(ModelSpec model, Graph graph)
    {
        Parameter table = graph.Parameters.First(p => p.IsTable && p.Group == Group.Table);
        bool biases = model.Host.Factorization!.Biases, personal = CudaPersonal.AppliesTo(model);
        CudaLibrary library = new();
        SourceWriter w = new();
        w.Lines($$"""
            // {{CudaText.Comment(model.Name)}} on all ratings at once.
            typedef long long i64;
            enum { THREADS = {{CudaEmitter.Threads}}, WIDTH = {{table.Columns}} };

            {{CudaStep.Bounds}}

            {{CudaStep.Result}}

            // One side: its rows, and for every row its cells: a row of the other side, the number of ratings and their mean. Pulls are the slopes
            // of the penalty, shares one over the members of a cluster.
            struct Side
            {
                float* values; float* state0; float* state1; float* gradients; const int* starts; const int* rows; const float* weights; {{(biases ? "" : "const ")}}float* targets;
                const float* pulls; const float* shares; i64 count;{{(personal ? CudaPersonal.Fields : "")}}{{(biases ? CudaBiases.Fields : "")}}
            };

            struct Step
            {
                double* losses; Result* result;
                float table_rate, moment_scale, gradient_scale, second_scale;
                i64 count;{{(biases ? "\n    float tower_rate, mean;" : "")}}
                Side sides[2];
            };

            """);
        library.Use("rounded");
        library.Write(w);
        CudaOptimizer.WriteRule(w, model.Optimizer);
        w.Lines($$"""
            // The sums of 2 w (x y - t) y and of w (x y - t)^2 over the cells of a row, by one block, one cell per part of a warp, which takes every
            // PARTS-th cell; the sums of the parts are left in pieces and errors. Others are rows, or ids where there are rows of ids; weights are 1 where
            // there are none.{{(biases ? " Spreads, where there are any, are added to the loss; the products x y go to products, where there are any." : "")}}
            enum { LANES = rounded(WIDTH), PARTS = THREADS / LANES, EACH = (WIDTH + LANES - 1) / LANES };

            static __device__ void sum_cells(
                const float* own, const float* vectors, const int* others, const int* row_of, const float* weights, const float* targets, int begin, int end, {{(biases ? "const double* spreads, float* products, " : "")}}float* pieces, double* errors)
            {
                int part = threadIdx.x / LANES, lane = threadIdx.x % LANES;
                float x[EACH], sum[EACH];
                for (int e = 0; e < EACH; e++)
                {
                    x[e] = e * LANES + lane < WIDTH ? own[e * LANES + lane] : 0.0f;
                    sum[e] = 0.0f;
                }

                double loss = 0.0;
                for (int first = begin; first < end; first += PARTS)
                {
                    int cell = first + part;
                    i64 at = cell < end ? (i64)(row_of ? row_of[others[cell]] : others[cell]) * WIDTH : 0;
                    float y[EACH], product = 0.0f;
                    for (int e = 0; e < EACH; e++)
                    {
                        y[e] = cell < end && e * LANES + lane < WIDTH ? vectors[at + e * LANES + lane] : 0.0f;
                        product = fmaf(x[e], y[e], product);
                    }

                    for (int distance = LANES / 2; distance > 0; distance /= 2)
                    {
                        product += __shfl_xor_sync(0xffffffffu, product, distance);
                    }

                    float error = cell < end ? product - targets[cell] : 0.0f, weight = cell < end && weights ? weights[cell] : 1.0f;
                    loss += (double)(weight * error * error);{{(biases ? CudaBiases.OfCell : "")}}
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
            }

            // g = (pull x + the sums over the cells) x share, one row of a side per block; the parts are added in order. Both sides read the rows as
            // they were before the step.{{(personal ? " The vector of an id is also pulled to that of its cluster." : "")}}
            extern "C" __global__ void __launch_bounds__(BOUNDS) row_gradients(const Step* step)
            {
                __shared__ float pieces[PARTS * WIDTH];
                __shared__ double errors[PARTS];
                const Side& own = step->sides[blockIdx.y];
                const float* others = step->sides[1 - blockIdx.y].values;
                for (int row = blockIdx.x; row < own.count; row += gridDim.x)
                {
                    const float* x = own.values + (i64)row * WIDTH;
                    sum_cells(x, others, own.rows, nullptr, own.weights, own.targets, own.starts[row], own.starts[row + 1], {{(biases ? "own.spreads, own.products, " : "")}}pieces, errors);
                    for (int n = threadIdx.x; n < WIDTH; n += THREADS)
                    {
                        float g = own.pulls[row] * x[n];
                        for (int p = 0; p < PARTS; p++)
                        {
                            g += pieces[p * WIDTH + n];
                        }

                        {{(personal ? CudaPersonal.Gradient(model) : "own.gradients[(i64)row * WIDTH + n] = g * own.shares[row];")}}
                    }

                    if (threadIdx.x == 0 && blockIdx.y == 0)
                    {
                        double loss = errors[0];
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

            // {{model.Optimizer.Rule}} on all rows of a side.{{(personal ? " Vectors of the ids' own move with their differences from their clusters'." : "")}}
            extern "C" __global__ void __launch_bounds__(BOUNDS) update_rows(const Step* step)
            {
                const Side& own = step->sides[blockIdx.y];
            {{CudaOptimizer.Indent(Update(model, personal), 4)}}
            }
            """);
        if (personal)
        {
            CudaPersonal.Write(w);
        }

        if (biases)
        {
            CudaBiases.Write(w, model);
        }

        CudaClusters.Write(w, biases);
        return w.ToString();
    }

    private static string Update(ModelSpec model, bool personal)
    {
        bool clamp = model.Host.Factorization!.NonNegative;
        string values = personal ? "updated" : "own.values", head = personal ? "float* updated = own.residuals ? own.residuals : own.values;\n" : "";
        string Store(string at) => personal ? CudaPersonal.Store(at, clamp) : $"own.values[{at}] = {(clamp ? "fmaxf(w, 0.0f)" : "w")};";
        if (model.Optimizer.Rule == OptimizerRule.RowWiseAdagrad)
        {
            return $$"""
                {{head}}float rate = step->table_rate;
                int lane = threadIdx.x % LANES;
                {{CudaOptimizer.RowWise(model.Optimizer, ("int first = blockIdx.x * PARTS", "gridDim.x * PARTS"), "own.count", "r", "own.gradients[row * WIDTH + n]", "own.", values, Store, "step->result->finite")}}
                """;
        }

        int states = OptimizerRules.For(model.Optimizer).States;
        return $$"""
            {{head}}for (i64 at = (i64)blockIdx.x * THREADS + threadIdx.x; at < own.count * WIDTH && step->result->finite; at += (i64)gridDim.x * THREADS)
            {
                float s0 = {{(states > 0 ? "own.state0[at]" : "0.0f")}}, s1 = {{(states > 1 ? "own.state1[at]" : "0.0f")}};
                float w = optimize(step, own.gradients[at], {{values}}[at], s0, s1, step->table_rate);
            {{CudaOptimizer.Indent(Store("at"), 4)}}{{string.Concat(Enumerable.Range(0, states).Select(s => $"\n    own.state{s}[at] = s{s};"))}}
            }
            """;
    }
}
