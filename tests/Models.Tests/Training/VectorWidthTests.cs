using System;
using System.Linq;
using System.Diagnostics;
using System.Runtime.Intrinsics;
using ModelGen.Tests.Catalogue;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests.Training;

/// <summary>
/// The kernels of every vector width against the reference. A width is chosen when the process starts, so the tests run again in
/// processes of their own, with the wider instructions switched off.
/// </summary>
[TestClass]
public sealed class VectorWidthTests
{
    private const string Expected = "MODELGEN_TEST_VECTOR_BITS";

    [TestMethod]
    [DataRow(256, "EnableAVX512")]
    [DataRow(128, "EnableAVX2")]
    public void Narrower_kernels_agree_with_the_reference(int bits, string switchedOff)
    {
        if (Environment.GetEnvironmentVariable(Expected) is not null)
        {
            return;
        }

        if (bits == 256 && !Vector256.IsHardwareAccelerated)
        {
            Assert.Inconclusive("This processor has no vectors of 256 bits.");
        }

        using TemporaryFolder folder = new();
        string assembly = typeof(VectorWidthTests).Assembly.Location;
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(assembly);
        }

        foreach (string argument in (string[])["--filter", $"Name~{nameof(ReferenceTests.Steps_agree_with_the_reference)}|Name~{nameof(The_width_asked_for_is_in_force)}|Name~The_collapsed_model_scores_like_the_trained_one|Name~A_batch_gives_the_bits_of_single_calls|Name~Lists_of_", "--results-directory", folder["results"], "--no-progress", "--no-ansi"])
        {
            start.ArgumentList.Add(argument);
        }

        // The second name is the older one of the same switch.
        start.Environment[$"DOTNET_{switchedOff}"] = "0";
        start.Environment[$"DOTNET_{switchedOff}F"] = "0";
        start.Environment[Expected] = bits.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using Process process = Process.Start(start)!;
        System.Threading.Tasks.Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();

        // Lists are compared with ONNX Runtime last, and are reported as skipped where it is missing.
        Assert.AreEqual(0, process.ExitCode, output);
        int lists = typeof(VectorWidthTests).Assembly.GetTypes().SelectMany(t => t.GetMethods()).Count(m => m.Name.StartsWith("Lists_of_", StringComparison.Ordinal));
        Assert.Contains($"total: {(3 * AllModels.Names.Count()) + lists + 1}", output);
    }

    /// <summary>Holds in the processes started above; says nothing elsewhere.</summary>
    [TestMethod]
    public void The_width_asked_for_is_in_force()
    {
        if (Environment.GetEnvironmentVariable(Expected) is { } bits)
        {
            Assert.IsFalse(Vector512.IsHardwareAccelerated);
            Assert.AreEqual(bits == "256", Vector256.IsHardwareAccelerated);
            Assert.IsTrue(Vector128.IsHardwareAccelerated);
        }
    }
}
