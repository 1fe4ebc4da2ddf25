using System;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>The binding of cuBLAS, against a library with its exported names that multiplies on the host as it is documented to: column after column.</summary>
[TestClass]
public sealed class CublasTests
{
    // It multiplies only when stream, workspace, pedantic math and sums without atomics have been set, the stream before the workspace.
    private const string Library = """
        #include <cstddef>
        struct Handle { void* stream; void* workspace; std::size_t bytes; int math, atomics; };
        extern "C" int cublasGetProperty(int property, int* value) { *value = property == 0 ? 12 : 4; return 0; }
        extern "C" const char* cublasGetStatusName(int status) { return status == 7 ? "CUBLAS_STATUS_INVALID_VALUE" : "CUBLAS_STATUS"; }
        extern "C" int cublasCreate_v2(Handle** handle) { *handle = new Handle{nullptr, nullptr, 0, -1, -1}; return 0; }
        extern "C" int cublasDestroy_v2(Handle* handle) { delete handle; return 0; }
        extern "C" int cublasSetStream_v2(Handle* handle, void* stream) { handle->stream = stream; handle->workspace = nullptr; return 0; }
        extern "C" int cublasSetWorkspace_v2(Handle* handle, void* workspace, std::size_t bytes) { handle->workspace = workspace; handle->bytes = bytes; return 0; }
        extern "C" int cublasSetMathMode(Handle* handle, int mode) { handle->math = mode; return 0; }
        extern "C" int cublasSetAtomicsMode(Handle* handle, int mode) { handle->atomics = mode; return 0; }
        extern "C" int cublasSgemm_v2(Handle* h, int forma, int formb, int m, int n, int k, const float* alpha, const float* a, int lda, const float* b, int ldb, const float* beta, float* c, int ldc)
        {
            if (h->stream != (void*)5 || h->workspace != (void*)256 || h->bytes != 1024 || h->math != 2 || h->atomics != 0 || lda < (forma ? k : m) || ldb < (formb ? n : k) || ldc < m)
            {
                return 7;
            }

            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < m; i++)
                {
                    float sum = 0;
                    for (int l = 0; l < k; l++)
                    {
                        sum += (forma ? a[i * lda + l] : a[l * lda + i]) * (formb ? b[l * ldb + j] : b[j * ldb + l]);
                    }

                    c[j * ldc + i] = *alpha * sum + (*beta == 0 ? 0 : *beta * c[j * ldc + i]);
                }
            }

            return 0;
        }
        """;

    [TestMethod]
    public unsafe void Products_of_rows_are_given_to_the_library_as_products_of_columns()
    {
        if (CublasLibrary.TryLoad(out _, out _))
        {
            Assert.Inconclusive("This machine has cuBLAS.");
        }

        Requires.HostCompiler();
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["cublas.cpp"], Library);
        (int code, string output) = HostToolchain.Compile(Path.GetDirectoryName(folder["cublas.cpp"])!, "-shared", "-fPIC", "-O1", "cublas.cpp", "-o", "libcublas.so.12");
        Assert.AreEqual(0, code, output);
        Environment.SetEnvironmentVariable(CublasLibrary.Variable, folder["libcublas.so.12"]);
        Assert.IsTrue(CublasLibrary.TryLoad(out CublasLibrary? library, out string whyNot), whyNot);
        Assert.AreEqual("cuBLAS 12.4", library.Name);

        using IMatrixProducts products = library.Open(new CudaStream(5), MatrixPrecision.Exact, new DeviceAddress(256), 1024);
        const int Rows = 3, Columns = 4, Depth = 5, Stride = 7;
        float[] left = Numbers(1), right = Numbers(2);
        fixed (float* l = left, r = right)
        {
            foreach ((bool leftTransposed, bool rightTransposed, bool add) in from a in new[] { false, true } from b in new[] { false, true } from c in new[] { false, true } select (a, b, c))
            {
                float[] target = Numbers(3), expected = [.. target];
                for (int i = 0; i < Rows; i++)
                {
                    for (int j = 0; j < Columns; j++)
                    {
                        float sum = add ? expected[(i * Stride) + j] : 0;
                        for (int k = 0; k < Depth; k++)
                        {
                            sum += left[leftTransposed ? (k * Stride) + i : (i * Stride) + k] * right[rightTransposed ? (j * Stride) + k : (k * Stride) + j];
                        }

                        expected[(i * Stride) + j] = sum;
                    }
                }

                fixed (float* t = target)
                {
                    products.Multiply(new(Rows, Columns, Depth, new(Address(l), Stride, leftTransposed), new(Address(r), Stride, rightTransposed), Address(t), Stride, add));
                }

                for (int i = 0; i < target.Length; i++)
                {
                    Assert.AreEqual(expected[i], target[i], 1e-5, $"{leftTransposed}, {rightTransposed}, {add}: element {i}");
                }
            }

            MatrixOperand factor = new(Address(l), Stride);
            CudaException refused = Assert.ThrowsExactly<CudaException>(() => products.Multiply(new(Rows, Columns, Depth, factor, factor, factor.Address, TargetStride: 1)));
            StringAssert.Contains(refused.Message, "cublasSgemm_v2 failed with CUBLAS_STATUS_INVALID_VALUE (7): 3 x 5 times 5 x 4");
        }

        static DeviceAddress Address(float* first) => new((ulong)first);
        static float[] Numbers(int seed)
        {
            Random random = new(seed);
            return [.. Enumerable.Range(0, Stride * Stride).Select(_ => (float)random.NextDouble())];
        }
    }
}
