using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator;

namespace ModelGen.Bench;

/// <summary>Time the generator takes for the 26-table model: everything from nothing, and after an edit that does not concern it.</summary>
internal static class GeneratorBenchmark
{
    public static IEnumerable<BenchmarkRow> Run(BenchmarkOptions options)
    {
        string trusted = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        MetadataReference[] references = [.. trusted.Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Model", [CSharpSyntaxTree.ParseText(Source())], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

        var full = new List<double>();
        var unrelated = new List<double>();
        for (int run = 0; run < options.Runs + 3; run++)
        {
            GeneratorDriver driver = CSharpGeneratorDriver.Create(new ModelGenerator());
            long start = Stopwatch.GetTimestamp();
            driver = driver.RunGenerators(compilation);
            double fullTime = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            CSharpCompilation edited = compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText($"class Unrelated{run} {{ }}"));
            start = Stopwatch.GetTimestamp();
            driver.RunGenerators(edited);

            // The first runs compile the generator itself.
            if (run >= 3)
            {
                full.Add(fullTime);
                unrelated.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        yield return Row("generator_full", full, 200);
        yield return Row("generator_unrelated_edit", unrelated, 200);
    }

    private static BenchmarkRow Row(string name, List<double> times, double goal)
    {
        double median = Statistics.Median(times);
        return new BenchmarkRow(name, "ms", median, null, null, goal, null, (times.Max() - times.Min()) / median);
    }

    private static string Source() => $$"""
        using ModelGen;
        [EmbeddingModel, Dlrm(Bottom = [512, 256, 64, 16], Top = [512, 256]), MultiLayer(Dimension = 16, Inner = 64), Adagrad]
        public partial class Ctr
        {
            [Label] public bool Clicked { get; set; }
        {{string.Join("\n", Enumerable.Range(0, 13).Select(i => $"    [Numeric] public float N{i} {{ get; set; }}"))}}
        {{string.Join("\n", Enumerable.Range(0, 26).Select(i => $"    [Categorical] public int C{i} {{ get; set; }}"))}}
        }
        """;
}
