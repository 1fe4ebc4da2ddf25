using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// The kernels of the biases of a factorisation on all ratings: what ratings leave to the vectors, its means over the cells, and the update of
/// the biases, which belong to the ids also where vectors are shared.
/// </summary>
internal static class CudaBiases
{
    /// <summary>The fields of a side: the ratings of its ids and the cell of each, the ratings of its cells, what goes between kernels, and the biases.</summary>
    public const string Fields = """

            const int* ratings; const int* others; const float* labels; const int* cell_of; const int* cell_starts; const int* cell_ratings;
            float* left; float* products; double* spreads; float* biases; float* bias_state0; float* bias_state1; i64 ids;
        """;

    /// <summary>What a cell adds to the loss besides its error, and where its product goes.</summary>
    public const string OfCell = """

                if (cell < end && lane == 0 && products)
                {
                    products[cell] = product;
                }

                loss += cell < end && spreads ? spreads[cell] : 0.0;
        """;

    /// <summary>Writes the kernels behind those of the step, whose functions they use.</summary>
    public static void Write(SourceWriter w, ModelSpec model) => w.Lines($$"""

        // What the ratings of an id leave to the vectors: label less mean and biases. A warp per id.
        extern "C" __global__ void __launch_bounds__(BOUNDS) rating_targets(const Step* step)
        {
            const Side& own = step->sides[blockIdx.y];
            const float* other = step->sides[1 - blockIdx.y].biases;
            for (i64 id = ((i64)blockIdx.x * THREADS + threadIdx.x) / 32; id < own.ids; id += (i64)gridDim.x * THREADS / 32)
            {
                float bias = step->mean + own.biases[id];
                for (int k = own.ratings[id] + threadIdx.x % 32; k < own.ratings[id + 1]; k += 32)
                {
                    own.left[k] = own.labels[k] - bias - other[own.others[k]];
                }
            }
        }

        enum { CELL_LANES = 8, CELLS = THREADS / CELL_LANES, LONG_CELL = 128 };

        // The mean of what the ratings of a cell leave, and of one side the squared differences from it, which no vector removes. By 8 threads, and of many
        // ratings by the block, whose threads are added in order.
        extern "C" __global__ void __launch_bounds__(BOUNDS) average_cells(const Step* step)
        {
            __shared__ double sums[THREADS], squares[THREADS];
            const Side& own = step->sides[blockIdx.y];
            int cells = own.starts[own.count], lane = threadIdx.x % CELL_LANES;
            for (i64 first = (i64)blockIdx.x * CELLS; first < cells; first += (i64)gridDim.x * CELLS)
            {
                i64 cell = first + threadIdx.x / CELL_LANES;
                int begin = cell < cells ? own.cell_starts[cell] : 0, end = cell < cells ? own.cell_starts[cell + 1] : 0;
                bool isLong = end - begin > LONG_CELL;
                double sum = 0.0, square = 0.0;
                for (int k = begin + lane; k < end && !isLong; k += CELL_LANES)
                {
                    double left = (double)own.left[own.cell_ratings[k]];
                    sum += left;
                    square = fma(left, left, square);
                }

                for (int distance = CELL_LANES / 2; distance > 0; distance /= 2)
                {
                    sum += __shfl_xor_sync(0xffffffffu, sum, distance);
                    square += __shfl_xor_sync(0xffffffffu, square, distance);
                }

                if (cell < cells && lane == 0 && !isLong)
                {
                    own.targets[cell] = (float)(sum / (end - begin));
                    if (own.spreads)
                    {
                        own.spreads[cell] = square - sum * sum / (end - begin);
                    }
                }

                if (!__syncthreads_or(isLong))
                {
                    continue;
                }

                for (cell = first; cell < first + CELLS && cell < cells; cell++)
                {
                    begin = own.cell_starts[cell];
                    end = own.cell_starts[cell + 1];
                    if (end - begin <= LONG_CELL)
                    {
                        continue;
                    }

                    sum = 0.0;
                    square = 0.0;
                    for (int k = begin + threadIdx.x; k < end; k += THREADS)
                    {
                        double left = (double)own.left[own.cell_ratings[k]];
                        sum += left;
                        square = fma(left, left, square);
                    }

                    sums[threadIdx.x] = sum;
                    squares[threadIdx.x] = square;
                    __syncthreads();
                    if (threadIdx.x == 0)
                    {
                        for (int n = 1; n < THREADS; n++)
                        {
                            sum += sums[n];
                            square += squares[n];
                        }

                        own.targets[cell] = (float)(sum / (end - begin));
                        if (own.spreads)
                        {
                            own.spreads[cell] = square - sum * sum / (end - begin);
                        }
                    }

                    __syncthreads();
                }
            }
        }

        // The step of the biases, by the products of the rows before the step. A warp per id.
        extern "C" __global__ void __launch_bounds__(BOUNDS) update_biases(const Step* step)
        {
            const Side& own = step->sides[blockIdx.y];
            int lane = threadIdx.x % 32;
            for (i64 id = ((i64)blockIdx.x * THREADS + threadIdx.x) / 32; id < own.ids && step->result->finite; id += (i64)gridDim.x * THREADS / 32)
            {
                int begin = own.ratings[id], end = own.ratings[id + 1];
                double sum = 0.0;
                for (int k = begin + lane; k < end; k += 32)
                {
                    sum += (double)(own.products[own.cell_of[k]] - own.left[k]);
                }

                for (int distance = 16; distance > 0; distance /= 2)
                {
                    sum += __shfl_xor_sync(0xffffffffu, sum, distance);
                }

                if (lane == 0)
                {
                    float bias = own.biases[id], s0 = {{State(model, 0)}}, s1 = {{State(model, 1)}};
                    float g = (float)(2.0 * sum + 2.0 * (double)({{Penalty(model.Host.Factorization!)}}) * (double)bias);
                    own.biases[id] = optimize(step, g, bias, s0, s1, step->tower_rate);{{Keep(model)}}
                }
            }
        }
        """);

    private static string Penalty(FactorizationSpec spec) =>
        $"{CudaText.Float(spec.L2)} * (float)(end - begin){(spec.L2PerId > 0 ? $" + (end > begin ? {CudaText.Float(spec.L2PerId)} : 0.0f)" : "")}";

    private static string State(ModelSpec model, int number) => number < OptimizerRules.For(model.Optimizer).States ? $"own.bias_state{number}[id]" : "0.0f";

    private static string Keep(ModelSpec model) =>
        string.Concat(Enumerable.Range(0, OptimizerRules.For(model.Optimizer).States).Select(s => $"\n            own.bias_state{s}[id] = s{s};"));
}
