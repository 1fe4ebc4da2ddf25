using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>NVRTC compiles kernels for the architectures that the tests go through; registers and spills are reported.</summary>
internal static class KernelCompilation
{
    /// <summary>Compute capabilities 7.0, 8.0, 9.0 and all newer ones that the compiler knows.</summary>
    public static int[] Capabilities(NvrtcCompiler compiler) => [.. compiler.Capabilities.Where(c => c is 70 or 80 or >= 90)];

    /// <summary>A device of a compute capability, for texts that depend on it.</summary>
    public static CudaDeviceInfo DeviceOf(int capability) => new(0, $"sm_{capability}", capability / 10, capability % 10, 1, 0, 0, 0);

    /// <summary>Compiles kernels side by side for every capability. None of them spills registers, and they are those named, if any are.</summary>
    public static void AssertNoSpills(TestContext context, NvrtcCompiler compiler, KernelSource source, IEnumerable<int> capabilities, IReadOnlyCollection<string>? kernels = null)
    {
        KernelImage[] images = [.. capabilities.AsParallel().AsOrdered().Select(capability => compiler.Compile(source, $"sm_{capability}"))];
        foreach (KernelImage image in images)
        {
            foreach ((string kernel, KernelUsage usage) in image.Usage.OrderBy(u => u.Key))
            {
                string name = $"{source.Name} {image.Architecture} {kernel}";
                context.WriteLine($"{name}: {usage.Registers} registers, {usage.SpillBytes} bytes spilled, {usage.SharedBytes} bytes of shared memory");
                Assert.AreEqual(0, usage.SpillBytes, name);
            }

            Assert.IsNotEmpty(image.Usage, source.Name);
            if (kernels is not null)
            {
                CollectionAssert.AreEquivalent(kernels.ToArray(), image.Usage.Keys.ToArray(), source.Name);
            }
        }
    }
}
