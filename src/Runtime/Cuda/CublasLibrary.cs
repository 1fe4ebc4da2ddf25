using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using static ModelGen.Cuda.CublasApi;

namespace ModelGen.Cuda;

/// <summary>
/// cuBLAS of CUDA 11.8 to 13, which is not shipped: it comes with the CUDA toolkit, or as two libraries beside the application. Products are
/// computed in the library's pedantic mode, or rounded to TF32 on demand, without atomic sums and in a workspace that is given, so that the
/// same product gives the same bits.
/// </summary>
public sealed unsafe class CublasLibrary : IMatrixLibrary
{
    /// <summary>Environment variable with the path of the library, or of the folder that holds it; nothing else is looked at when it is set.</summary>
    public const string Variable = "MODELGEN_CUBLAS";

    private static readonly Lock Gate = new();
    private static CublasLibrary? _loaded;

    private CublasLibrary(string name) => Name = name;

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>cuBLAS of this machine, if it has one.</summary>
    /// <param name="library">The library.</param>
    /// <param name="whyNot">What is missing and where it was looked for; empty on success.</param>
    public static bool TryLoad([NotNullWhen(true)] out CublasLibrary? library, out string whyNot)
    {
        lock (Gate)
        {
            whyNot = "";
            _loaded ??= Load(out whyNot);
            library = _loaded;
            return library is not null;
        }
    }

    /// <inheritdoc/>
    public IMatrixProducts Open(CudaStream stream, MatrixPrecision precision, DeviceAddress workspace, long workspaceBytes)
    {
        Check(cublasCreate_v2(out nint handle), nameof(cublasCreate_v2), Name);
        try
        {
            // A stream comes with a workspace of the library's own choice, so it is set first.
            Check(cublasSetStream_v2(handle, stream.Handle), nameof(cublasSetStream_v2), Name);
            Check(cublasSetWorkspace_v2(handle, workspace.Value, (nuint)workspaceBytes), nameof(cublasSetWorkspace_v2), FormattableString.Invariant($"{workspaceBytes:N0} bytes"));
            Check(cublasSetMathMode(handle, precision == MatrixPrecision.TensorFloat32 ? TensorFloat32Math : PedanticMath), nameof(cublasSetMathMode), precision.ToString());
            Check(cublasSetAtomicsMode(handle, AtomicsNotAllowed), nameof(cublasSetAtomicsMode), Name);
            return new Products(handle);
        }
        catch
        {
            _ = cublasDestroy_v2(handle);
            throw;
        }
    }

    private static CublasLibrary? Load(out string whyNot)
    {
        var report = new StringBuilder("cuBLAS was not found. It was looked for here:");
        string? toolkit = Environment.GetEnvironmentVariable("CUDA_PATH") ?? Environment.GetEnvironmentVariable("CUDA_HOME");
        IEnumerable<string> candidates = NativeSearch.CublasCandidates(Environment.GetEnvironmentVariable(Variable), toolkit, AppContext.BaseDirectory);
        if (!NativeSearch.TryLoad(NativeSearch.Cublas, candidates, NativeSearch.LoadCublasLt, report))
        {
            whyNot = report.ToString();
            return null;
        }

        Check(cublasGetProperty(MajorVersion, out int major), nameof(cublasGetProperty), "");
        Check(cublasGetProperty(MinorVersion, out int minor), nameof(cublasGetProperty), "");
        whyNot = "";
        return new CublasLibrary(FormattableString.Invariant($"cuBLAS {major}.{minor}"));
    }

    private static void Check(int status, string call, string detail)
    {
        if (status != Success)
        {
            throw new CudaException(call, status, Marshal.PtrToStringUTF8((nint)cublasGetStatusName(status)) ?? "unknown status", detail);
        }
    }

    // The library's matrices lie column after column: what it takes for a matrix is the transpose of ours, so it is given right x left.
    private sealed class Products(nint handle) : IMatrixProducts
    {
        public void Multiply(in MatrixProduct product)
        {
            static int Form(MatrixOperand operand) => operand.Transposed ? Transposed : NotTransposed;
            int status = cublasSgemm_v2(
                handle, Form(product.Right), Form(product.Left), product.Columns, product.Rows, product.Depth, 1f, product.Right.Address.Value, product.Right.Stride,
                product.Left.Address.Value, product.Left.Stride, product.Add ? 1f : 0f, product.Target.Value, product.TargetStride);
            if (status != Success)
            {
                Check(status, nameof(cublasSgemm_v2), FormattableString.Invariant($"{product.Rows:N0} x {product.Depth:N0} times {product.Depth:N0} x {product.Columns:N0}"));
            }
        }

        public void Dispose() => _ = cublasDestroy_v2(handle);
    }
}
