using System;

namespace ModelGen.Cuda;

/// <summary>
/// A library that multiplies large dense matrices on a device, beside the kernels of the models. It is optional: <see cref="CublasLibrary"/>
/// calls NVIDIA's, the tests have one on the host.
/// </summary>
public interface IMatrixLibrary
{
    /// <summary>Name and version for reports, such as "cuBLAS 12.4".</summary>
    string Name { get; }

    /// <summary>Opens the library for one stream of the context that is current. The same products give the same bits.</summary>
    /// <param name="stream">Where products are queued; it may be recorded.</param>
    /// <param name="precision">How factors are rounded.</param>
    /// <param name="workspace">Device memory of the library's own, in use until the result is disposed.</param>
    /// <param name="workspaceBytes">Bytes of it.</param>
    /// <exception cref="CudaException">The library cannot be used with this driver or device.</exception>
    IMatrixProducts Open(CudaStream stream, MatrixPrecision precision, DeviceAddress workspace, long workspaceBytes);
}

/// <summary>A matrix library that is open for a stream.</summary>
public interface IMatrixProducts : IDisposable
{
    /// <summary>Queues a product.</summary>
    /// <exception cref="CudaException">The library refuses it.</exception>
    void Multiply(in MatrixProduct product);
}

/// <summary>A product of 32-bit floats, rows of a matrix one after another: target = left x right, or target += left x right.</summary>
/// <param name="Rows">Rows of the target.</param>
/// <param name="Columns">Columns of the target.</param>
/// <param name="Depth">Terms of each sum.</param>
/// <param name="Left">Rows x depth, or depth x rows when it is transposed.</param>
/// <param name="Right">Depth x columns, or columns x depth when it is transposed.</param>
/// <param name="Target">First element of the target.</param>
/// <param name="TargetStride">Floats from one row of the target to the next, at least its columns.</param>
/// <param name="Add">Whether the product is added to what the target holds.</param>
public readonly record struct MatrixProduct(int Rows, int Columns, int Depth, MatrixOperand Left, MatrixOperand Right, DeviceAddress Target, int TargetStride, bool Add = false);

/// <summary>A factor of a product, as it lies in memory.</summary>
/// <param name="Address">First element.</param>
/// <param name="Stride">Floats from one row in memory to the next.</param>
/// <param name="Transposed">Whether the product takes its transpose.</param>
public readonly record struct MatrixOperand(DeviceAddress Address, int Stride, bool Transposed = false);
