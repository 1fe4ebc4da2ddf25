using System.Runtime.InteropServices;

namespace ModelGen.Cuda;

/// <summary>The functions of cuBLAS by their exported names, the same from CUDA 11.8 to 13. Each returns 0 or a status unless it returns text.</summary>
internal static unsafe partial class CublasApi
{
    public const int Success = 0;
    public const int NotTransposed = 0;
    public const int Transposed = 1;
    public const int PedanticMath = 2;
    public const int TensorFloat32Math = 3;
    public const int AtomicsNotAllowed = 0;
    public const int MajorVersion = 0;
    public const int MinorVersion = 1;

    private const string Library = NativeSearch.Cublas;

    [LibraryImport(Library)]
    public static partial int cublasGetProperty(int property, out int value);

    [LibraryImport(Library)]
    public static partial byte* cublasGetStatusName(int status);

    [LibraryImport(Library)]
    public static partial int cublasCreate_v2(out nint handle);

    [LibraryImport(Library)]
    public static partial int cublasDestroy_v2(nint handle);

    [LibraryImport(Library)]
    public static partial int cublasSetStream_v2(nint handle, nint stream);

    [LibraryImport(Library)]
    public static partial int cublasSetWorkspace_v2(nint handle, ulong workspace, nuint bytes);

    [LibraryImport(Library)]
    public static partial int cublasSetMathMode(nint handle, int mode);

    [LibraryImport(Library)]
    public static partial int cublasSetAtomicsMode(nint handle, int mode);

    [LibraryImport(Library)]
    public static partial int cublasSgemm_v2(
        nint handle, int leftForm, int rightForm, int rows, int columns, int depth, in float scale, ulong left, int leftStride, ulong right, int rightStride,
        in float targetScale, ulong target, int targetStride);
}
