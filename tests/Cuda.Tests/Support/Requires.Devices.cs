using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Cuda;

namespace ModelGen.Tests;

internal static partial class Requires
{
    public static HostToolchain HostCompiler()
    {
        if (!HostToolchain.TryFind(out HostToolchain? toolchain, out string whyNot))
        {
            Skip(whyNot);
        }

        return toolchain;
    }

    public static CudaPlatform Gpu()
    {
        if (!CudaPlatform.TryNative(out CudaPlatform? platform, out string whyNot))
        {
            Assert.Inconclusive(whyNot);
        }

        return platform;
    }
}
