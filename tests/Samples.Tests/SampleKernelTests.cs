using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>NVRTC compiles the kernels of the samples' models for every architecture, and none of them spills registers. Models that differ in rates alone are compiled once.</summary>
[TestClass]
public sealed partial class SampleKernelTests
{
    // Parts of the programs of a sample, so that both threads have work to the end.
    private const int Parts = 4;

    public TestContext TestContext { get; set; } = null!;

    /// <summary>A model of every sample, and every part of its programs.</summary>
    public static IEnumerable<(Type Model, int Part)> Samples => from model in new[] { typeof(MovieLens.Mf), typeof(ClickThrough.FrappeMlet), typeof(Retrieval.Dense8), typeof(ModelGen.Samples.AppClick) }
                                                                  from part in Enumerable.Range(0, Parts)
                                                                  select (model, part);

    [TestMethod]
    [DynamicData(nameof(Samples))]
    public void Kernels_compile_without_spills(Type model, int part)
    {
        NvrtcCompiler compiler = Requires.Nvrtc();
        KernelSource[] programs = [.. Programs(model.Assembly).DistinctBy(program => Shape(program.Text))];
        Assert.IsNotEmpty(programs);
        foreach (KernelSource program in programs.Where((_, i) => i % Parts == part))
        {
            KernelCompilation.AssertNoSpills(TestContext, compiler, program, KernelCompilation.Capabilities(compiler));
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
    private static string Shape(string text) => Rates().Replace(Comments().Replace(text, ""), "n");

    [GeneratedRegex("//.*")]
    private static partial Regex Comments();

    [GeneratedRegex(@"\d+\.\d+(e-?\d+)?f")]
    private static partial Regex Rates();
}
