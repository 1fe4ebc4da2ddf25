using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>
/// NVRTC compiles the kernels of the samples' models, and none of them spills registers: of models that differ in numbers alone one, for one
/// architecture after another; all models for all architectures where the environment variable MODELGEN_EVERY_ARCHITECTURE is 1, which takes
/// many minutes.
/// </summary>
[TestClass]
public sealed partial class SampleKernelTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(typeof(ClickThrough.FrappeMlet))]
    [DataRow(typeof(MovieLens.Mf))]
    [DataRow(typeof(Samples.AppClick))]
    [DataRow(typeof(Retrieval.Dense8))]
    public void Kernels_compile_without_spills(Type model)
    {
        NvrtcCompiler compiler = Requires.Nvrtc();
        bool every = Environment.GetEnvironmentVariable("MODELGEN_EVERY_ARCHITECTURE") == "1";
        int[] capabilities = KernelCompilation.Capabilities(compiler);
        KernelSource[] programs = [.. Programs(model.Assembly).DistinctBy(program => Shape(program.Text, every))];
        Assert.IsNotEmpty(programs);
        for (int i = 0; i < programs.Length; i++)
        {
            KernelCompilation.AssertNoSpills(TestContext, compiler, programs[i], every ? capabilities : [capabilities[i % capabilities.Length]]);
        }
    }

    private static IEnumerable<KernelSource> Programs(Assembly sample) => sample.GetTypes().OrderBy(type => type.FullName, StringComparer.Ordinal)
        .SelectMany(type => Texts(type, typeof(IEmbeddingModel<>), nameof(Embedding)).Concat(Texts(type, typeof(IAutoencoder<>), nameof(Autoencoder))).Select((text, i) => (text, Name: $"{type.Name}{i}")))
        .Select(program => CudaStepRunner.SourceFor(program.text, program.Name, MatrixPrecision.Exact, KernelCompilation.DeviceOf(70)));

    // The texts of a class that implements an interface, read by a method of this class that is generic in it.
    private static string[] Texts(Type type, Type description, string method) =>
        type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == description)
            ? (string[])typeof(SampleKernelTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null)!
            : [];

    private static string[] Embedding<T>()
        where T : class, IEmbeddingModel<T> => [.. new[] { T.Cuda!.Source, T.Cuda.FullBatch, T.ServedCuda?.Program.Source }.OfType<string>()];

    private static string[] Autoencoder<T>()
        where T : class, IAutoencoder<T> => [T.Cuda!.Source];

    // Models that differ in rates and penalties have the same machine code but for its constants.
    private static string Shape(string text, bool every) => (every ? Rates() : Numbers()).Replace(Comments().Replace(text, ""), "n");

    [GeneratedRegex("//.*")]
    private static partial Regex Comments();

    [GeneratedRegex(@"\d+\.\d+(e-?\d+)?f")]
    private static partial Regex Rates();

    [GeneratedRegex(@"\d+(\.\d+(e-?\d+)?f)?")]
    private static partial Regex Numbers();
}
