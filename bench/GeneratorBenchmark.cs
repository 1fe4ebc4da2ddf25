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
    /// <summary>The rows.</summary>
    public static RowGroup Group { get; } = new("generator",
    [
        new("generator_full", (options, _) => Row("generator_full", options, unrelatedEdit: false)),
        new("generator_unrelated_edit", (options, _) => Row("generator_unrelated_edit", options, unrelatedEdit: true)),
    ]);

    private static BenchmarkRow Row(string name, BenchmarkOptions options, bool unrelatedEdit)
    {
        string trusted = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        MetadataReference[] references = [.. trusted.Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Model", [CSharpSyntaxTree.ParseText(Source())], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

        var times = new List<double>();
        for (int run = 0; run < options.Runs + 3; run++)
        {
            GeneratorDriver driver = CSharpGeneratorDriver.Create(new ModelGenerator());
            long start = Stopwatch.GetTimestamp();
            driver = driver.RunGenerators(compilation);
            double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (unrelatedEdit)
            {
                CSharpCompilation edited = compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText($"class Unrelated{run} {{ }}"));
                start = Stopwatch.GetTimestamp();
                driver.RunGenerators(edited);
                time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            // The first runs compile the generator itself.
            if (run >= 3)
            {
                times.Add(time);
            }
        }

        return new BenchmarkRow(name, "ms", Statistics.Median(times), null, null, 200, null, Statistics.Spread(times));
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
