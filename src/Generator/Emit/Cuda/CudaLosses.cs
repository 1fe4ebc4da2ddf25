namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Device functions of the losses: one thread per example, in double precision as on the CPU.</summary>
internal static class CudaLosses
{
    public static DeviceFunction[] Functions { get; } =
    [
        new("cross_entropy", """
            // Binary cross-entropy of a logit, in the form that cannot overflow.
            static __device__ double cross_entropy(double score, double label)
            {
                return (score > 0.0 ? score : 0.0) - score * label + log1p(exp(-fabs(score)));
            }
            """),
        new("logistic", """
            template <int XS>
            static __device__ void logistic(const float* labels, int first, int count, const float* score, double* losses)
            {
                for (int r = threadIdx.x; r < count; r += THREADS)
                {
                    losses[first + r] = cross_entropy((double)score[r * XS], (double)labels[first + r]);
                }
            }
            """, "cross_entropy"),
        new("logistic_gradient", """
            // (sigmoid(score) - label) x scale; zero for the rows past the examples.
            template <int XS, int YS>
            static __device__ void logistic_gradient(const float* labels, int first, int count, float scale, const float* score, float* gradient)
            {
                for (int r = threadIdx.x; r < TILE; r += THREADS)
                {
                    gradient[r * YS] = r < count ? (float)((1.0 / (1.0 + exp(-(double)score[r * XS])) - (double)labels[first + r]) * (double)scale) : 0.0f;
                }
            }
            """),
        new("squared", """
            template <int XS>
            static __device__ void squared(const float* labels, int first, int count, const float* score, double* losses)
            {
                for (int r = threadIdx.x; r < count; r += THREADS)
                {
                    double error = (double)(score[r * XS] - labels[first + r]);
                    losses[first + r] = error * error;
                }
            }
            """),
        new("squared_gradient", """
            // 2 (score - label) x scale; zero for the rows past the examples.
            template <int XS, int YS>
            static __device__ void squared_gradient(const float* labels, int first, int count, float scale, const float* score, float* gradient)
            {
                for (int r = threadIdx.x; r < TILE; r += THREADS)
                {
                    gradient[r * YS] = r < count ? 2.0f * (score[r * XS] - labels[first + r]) * scale : 0.0f;
                }
            }
            """),
        new("ranking", """
            // Bayesian personalised ranking: example 2i is the positive, 2i + 1 its negative; a pair counts for both of its examples.
            template <int XS>
            static __device__ void ranking(int first, int count, const float* score, double* losses)
            {
                for (int r = threadIdx.x; r < count; r += THREADS)
                {
                    int pair = r / 2 * 2;
                    losses[first + r] = pair + 1 < count ? cross_entropy((double)score[pair * XS] - (double)score[(pair + 1) * XS], 1.0) : 0.0;
                }
            }
            """, "cross_entropy"),
        new("ranking_gradient", """
            // -+2 sigmoid(s- - s+) x scale; zero for the rows past the examples.
            template <int XS, int YS>
            static __device__ void ranking_gradient(int count, float scale, const float* score, float* gradient)
            {
                for (int r = threadIdx.x; r < TILE; r += THREADS)
                {
                    int pair = r / 2 * 2;
                    double difference = (double)score[pair * XS] - (double)score[(pair + 1) * XS];
                    float slope = pair + 1 < count ? (float)(2.0 / (1.0 + exp(difference)) * (double)scale) : 0.0f;
                    gradient[r * YS] = r == pair ? -slope : slope;
                }
            }
            """),
    ];
}
