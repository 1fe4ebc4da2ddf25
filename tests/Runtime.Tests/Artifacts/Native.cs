using System;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

/// <summary>Optional native parts: a test that needs one is inconclusive without it, or fails where the parts are required.</summary>
internal static class Native
{
    private const string Required = "MODELGEN_REQUIRE_NATIVE";

    public static void RequireOnnxRuntime()
    {
        if (OnnxRuntimeLibrary.TryLoad(out string whyNot))
        {
            return;
        }

        if (Environment.GetEnvironmentVariable(Required) == "1")
        {
            Assert.Fail(whyNot);
        }

        Assert.Inconclusive(whyNot);
    }
}
