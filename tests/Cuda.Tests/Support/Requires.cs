using System;
using System.Diagnostics.CodeAnalysis;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>
/// Native parts that a test needs. Without NVRTC or a host compiler a test is inconclusive, or fails where native parts are required;
/// without a GPU it is always inconclusive.
/// </summary>
internal static partial class Requires
{
    private const string Native = "MODELGEN_REQUIRE_NATIVE";

    public static NvrtcCompiler Nvrtc()
    {
        if (!NvrtcCompiler.TryLoad(out NvrtcCompiler? compiler, out string whyNot))
        {
            Skip(whyNot);
        }

        return compiler;
    }

    [DoesNotReturn]
    private static void Skip(string whyNot)
    {
        if (Environment.GetEnvironmentVariable(Native) == "1")
        {
            Assert.Fail(whyNot);
        }

        Assert.Inconclusive(whyNot);
        throw new InvalidOperationException();
    }
}
