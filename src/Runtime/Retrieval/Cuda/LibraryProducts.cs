using System;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>The three products of a step over dense rows and all outputs, by a matrix library.</summary>
internal sealed class LibraryProducts : IDisposable
{
    /// <summary>Multiplications of a product from which the library is used.</summary>
    public const long LeastMultiplications = 1L << 28;

    private const long WorkspaceBytes = 32L << 20;

    private readonly IMatrixProducts _products;

    private LibraryProducts(IMatrixProducts products) => _products = products;

    /// <summary>Whether products of a run are large enough and have the form that a library takes.</summary>
    /// <param name="device">The device.</param>
    /// <param name="users">Most users of a batch.</param>
    /// <param name="outputs">Outputs of a batch.</param>
    /// <param name="items">Items.</param>
    /// <param name="dimension">Width of the rows.</param>
    /// <param name="least">Multiplications from which the library is used.</param>
    public static bool Applies(CudaDevice device, int users, int outputs, int items, int dimension, long least = LeastMultiplications) =>
        device.Matrices is not null && outputs >= items && (long)users * items * dimension >= least;

    /// <summary>Adds the workspace to a plan.</summary>
    public static void Plan(DeviceMemoryPlan plan) => plan.Add("workspace of the matrix library", WorkspaceBytes);

    /// <summary>Opens the device's library on its stream; null when it cannot be used there.</summary>
    /// <param name="device">The device, which has a library.</param>
    /// <param name="precision">How factors are rounded.</param>
    /// <param name="report">The library, or why it is not used.</param>
    public static LibraryProducts? Open(CudaDevice device, MatrixPrecision precision, out string report)
    {
        IMatrixLibrary library = device.Matrices!;
        DeviceBuffer<byte> workspace = device.Allocate<byte>("workspace of the matrix library", WorkspaceBytes);
        try
        {
            LibraryProducts products = new(library.Open(device.Stream, precision, workspace.Address, WorkspaceBytes));
            report = library.Name;
            return products;
        }
        catch (CudaException e)
        {
            workspace.Dispose();
            report = $"own kernels ({library.Name} cannot be used: {e.Message})";
            return null;
        }
    }

    /// <summary>Queues what a kernel over dense rows multiplies; false for a kernel of another kind.</summary>
    /// <param name="work">What the grid of the kernel covers.</param>
    /// <param name="rows">Unit rows.</param>
    /// <param name="buffers">History sums, scores and gradients. Gradients of rows are added to.</param>
    /// <param name="users">Users of the batch.</param>
    public bool Multiply(AutoencoderWork work, (DeviceAddress Address, int Items, int Dimension) rows, RetrievalBuffers buffers, int users)
    {
        int stride = SparseRows.WideStride(rows.Dimension), columns = buffers.Columns;
        MatrixOperand units = new(rows.Address, stride), histories = new(buffers.Histories.Address, columns), scores = new(buffers.Scores.Address, buffers.Users);
        switch (work)
        {
            case AutoencoderWork.ScoreTiles:
                _products.Multiply(new(rows.Items, users, rows.Dimension, units, histories with { Transposed = true }, scores.Address, scores.Stride));
                return true;
            case AutoencoderWork.UserTiles:
                _products.Multiply(new(users, rows.Dimension, rows.Items, scores with { Transposed = true }, units, buffers.HistoryGradients.Address, columns));
                return true;
            case AutoencoderWork.RowTiles:
                _products.Multiply(new(rows.Items, rows.Dimension, users, scores, histories, buffers.Gradients.Address, stride, Add: true));
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _products.Dispose();
}
