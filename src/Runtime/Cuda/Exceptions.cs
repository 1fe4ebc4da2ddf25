using System;

namespace ModelGen.Cuda;

/// <summary>A call of the CUDA driver failed. The message names the call, the error, the kernel and the sizes.</summary>
public sealed class CudaException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="call">Function of the driver.</param>
    /// <param name="code">Its result.</param>
    /// <param name="codeName">Name of the result, such as CUDA_ERROR_OUT_OF_MEMORY.</param>
    /// <param name="detail">What was asked for: kernel, sizes.</param>
    /// <param name="inner">Cause, if there is one.</param>
    public CudaException(string call, int code, string codeName, string detail, Exception? inner = null)
        : base(FormattableString.Invariant($"{call} failed with {codeName} ({code}){(detail.Length == 0 ? "" : ": " + detail)}."), inner) =>
        (Call, Code, CodeName) = (call, code, codeName);

    /// <summary>Function of the driver that failed.</summary>
    public string Call { get; }

    /// <summary>Its result.</summary>
    public int Code { get; }

    /// <summary>Name of the result.</summary>
    public string CodeName { get; }
}

/// <summary>Kernels do not compile. The message holds the compiler's words and the lines of the source they point at.</summary>
public sealed class KernelCompilationException : Exception
{
    /// <summary>Creates the error.</summary>
    public KernelCompilationException(string message)
        : base(message)
    {
    }
}
