using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen.Cuda;

/// <summary>Kernels of one text on a device, launched by name on its stream with <see cref="CudaProgram.BlockThreads"/> threads per block.</summary>
/// <param name="device">The device.</param>
/// <param name="source">The text, which is compiled and loaded.</param>
internal sealed class DeviceKernels(CudaDevice device, KernelSource source)
{
    private const int MostBlocks = 4096;

    private readonly CudaModule _module = device.Load(source);
    private readonly Dictionary<string, CudaFunction> _functions = [];

    /// <summary>Blocks of a number of threads that cover items.</summary>
    public static long Cover(long items, int perBlock = CudaProgram.BlockThreads) => (items + perBlock - 1) / perBlock;

    /// <summary>Queues a kernel over blocks, of which there are 1 to 4,096, and rows of blocks.</summary>
    public void Launch(string kernel, long blocks, int rows, params ReadOnlySpan<KernelArgument> arguments)
    {
        if (!_functions.TryGetValue(kernel, out CudaFunction function))
        {
            _functions.Add(kernel, function = device.Driver.GetFunction(_module, kernel));
        }

        device.Driver.Launch(function, new LaunchSize((int)long.Clamp(blocks, 1, MostBlocks), rows), CudaProgram.BlockThreads, 0, device.Stream, arguments);
    }
}
