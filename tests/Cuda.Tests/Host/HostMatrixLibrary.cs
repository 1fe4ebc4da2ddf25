using System;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>A matrix library over the memory of the emulated device: products run as late as other work of their stream, one term after another.</summary>
internal sealed unsafe class HostMatrixLibrary(HostCudaDriver driver) : IMatrixLibrary
{
    public string Name => "host products";

    /// <summary>Products that were computed.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the library cannot be opened, as one that is newer than the driver.</summary>
    public bool Fails { get; init; }

    public IMatrixProducts Open(CudaStream stream, MatrixPrecision precision, DeviceAddress workspace, long workspaceBytes)
    {
        if (Fails)
        {
            throw new CudaException("cublasCreate_v2", 1, "CUBLAS_STATUS_NOT_INITIALIZED", Name);
        }

        driver.Check("cublasSetWorkspace_v2", workspace, workspaceBytes);
        return new Products(this, stream);
    }

    private sealed class Products(HostMatrixLibrary owner, CudaStream stream) : IMatrixProducts
    {
        public void Multiply(in MatrixProduct product)
        {
            MatrixProduct p = product;
            Check(p.Left, p.Left.Transposed ? p.Depth : p.Rows, p.Left.Transposed ? p.Rows : p.Depth);
            Check(p.Right, p.Right.Transposed ? p.Columns : p.Depth, p.Right.Transposed ? p.Depth : p.Columns);
            Check(new MatrixOperand(p.Target, p.TargetStride), p.Rows, p.Columns);
            owner.Driver.Enqueue(stream, () => owner.Compute(p));
        }

        public void Dispose()
        {
        }

        private void Check(MatrixOperand matrix, int rows, int columns)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(matrix.Stride, columns);
            owner.Driver.Check("cublasSgemm_v2", matrix.Address, (((long)(rows - 1) * matrix.Stride) + columns) * sizeof(float));
        }
    }

    private HostCudaDriver Driver => driver;

    private void Compute(in MatrixProduct p)
    {
        Count++;
        float* target = (float*)p.Target.Value;
        for (int r = 0; r < p.Rows; r++)
        {
            for (int c = 0; c < p.Columns; c++)
            {
                float sum = 0;
                for (int k = 0; k < p.Depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(At(p.Left, r, k), At(p.Right, k, c), sum);
                }

                ref float place = ref target[((long)r * p.TargetStride) + c];
                place = p.Add ? place + sum : sum;
            }
        }

        static float At(MatrixOperand matrix, int r, int c) => ((float*)matrix.Address.Value)[matrix.Transposed ? ((long)c * matrix.Stride) + r : ((long)r * matrix.Stride) + c];
    }
}
