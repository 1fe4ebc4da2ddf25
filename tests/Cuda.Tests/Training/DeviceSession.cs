using ModelGen.Compiled;
using ModelGen.Cuda;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>A model that is trained on a device batch by batch.</summary>
internal sealed class DeviceSession<T>(CudaDevice device, DataSet<T> data, int capacity, int lanes = 128, ulong seed = 1, MatrixPrecision precision = MatrixPrecision.Exact)
    : Session<T>(data, seed, 2, (state, loader, team) => new CudaStepRunner(device, T.Cuda! with { Lanes = lanes }, state, loader, data, capacity, team, precision))
    where T : class, IEmbeddingModel<T>
{
    /// <summary>What the runner says about a loss that is not finite.</summary>
    public string? Fault => Runner.FindFault();

    public override void Dispose()
    {
        ((CudaStepRunner)Runner).Dispose();
        device.Dispose();
        base.Dispose();
    }
}
