namespace ModelGen.Generator.Emit.Cuda;

/// <summary>What the steps of all models have in common, as text.</summary>
internal static class CudaStep
{
    /// <summary>The launch bounds of kernels.</summary>
    public const string Bounds = """
        // Products on tensor cores take many registers, which a block of its own on a multiprocessor has. Where registers would spill, two blocks
        // share a multiprocessor.
        #if defined(MODELGEN_TF32)
        #define BOUNDS THREADS, 1
        #elif defined(MODELGEN_ROOM)
        #define BOUNDS THREADS, 2
        #else
        #define BOUNDS THREADS
        #endif
        """;

    /// <summary>What a step tells the host.</summary>
    public const string Result = "struct Result { double loss; int finite, steps; };";

    /// <summary>The smaller of two numbers.</summary>
    public const string Least = """
        static __device__ int least(int a, int b)
        {
            return a < b ? a : b;
        }
        """;

    /// <summary>The kernel that sums the losses.</summary>
    public const string SumLosses = """
        // The sum of the losses, pieces in order. A step whose loss is not finite changes nothing.
        extern "C" __global__ void __launch_bounds__(BOUNDS) sum_losses(const Step* step)
        {
            __shared__ double sums[THREADS];
            int from = (int)((i64)step->count * threadIdx.x / THREADS), to = (int)((i64)step->count * (threadIdx.x + 1) / THREADS);
            double sum = 0.0;
            for (int i = from; i < to; i++)
            {
                sum += step->losses[i];
            }

            sums[threadIdx.x] = sum;
            __syncthreads();
            if (threadIdx.x == 0)
            {
                for (int i = 1; i < THREADS; i++)
                {
                    sum += sums[i];
                }

                step->result->loss = sum;
                step->result->finite = sum - sum == 0.0;
            }
        }
        """;
}
