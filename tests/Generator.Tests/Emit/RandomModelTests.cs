using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Specs;
using ModelGen.Generator.Tests.Harness;
using ModelGen.Tests;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>Random models go through the whole compiler.</summary>
[TestClass]
public sealed class RandomModelTests
{
    private const int Models = 300;

    private static readonly System.Lazy<Generated> s_generated = new(() => Driver.Generate(Driver.Compile(Driver.Tree(RandomModels.Sources(Enumerable.Range(0, Models))))));

    private static readonly System.Lazy<EmitResult[]> s_emitted = new(() => [.. Specs.AsParallel().AsOrdered().Select(ModelEmitter.Emit)]);

    /// <summary>The specs of the random models, parsed once for all tests.</summary>
    public static IReadOnlyList<ModelSpec> Specs => s_generated.Value.Specs;

    [TestMethod]
    public void The_random_sources_are_valid_csharp_and_valid_models()
    {
        Compilation compilation = Driver.Compile(Driver.Tree(RandomModels.Sources(Enumerable.Range(0, Models))));
        Assert.IsEmpty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        Assert.IsNull(s_generated.Value.Failure, s_generated.Value.Failure?.ToString());
        Assert.IsEmpty(s_generated.Value.Visible.Where(d => d.Id != "MG2008").Select(d => d.ToString()));
        Assert.HasCount(Models, Specs);
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_source() => Assert.AreEqual(RandomModels.Source(11), RandomModels.Source(11));

    [TestMethod]
    public void The_models_cover_every_host_embedding_optimiser_loss_and_policy()
    {
        CategoricalSpec[] features = [.. Specs.SelectMany(s => s.Categoricals)];
        Covers(Specs.Select(s => s.Host.Kind), HostKind.Elsa);
        Covers(Specs.Select(s => s.Loss), LossKind.Cosine);
        Covers(Specs.Select(s => s.Optimizer.Rule));
        Covers(Specs.SelectMany(s => s.Numerics).Select(n => n.Transform));
        Covers(features.Select(c => c.Embedding.Kind), EmbeddingKind.Sparse, EmbeddingKind.None);
        Covers(features.Select(c => c.Key));
        Covers(features.Select(c => c.Bag));
        Covers(features.Select(c => c.Pooling));
        Covers(features.Select(c => c.OutOfVocabulary));
        foreach (int width in new[] { 1, 3, 5, 7, 10, 12, 20, 33 })
        {
            Assert.IsTrue(features.Any(c => c.Embedding.Dimension == width), $"no embedding of width {width}");
        }

        // Autoencoders are no scorers of examples and have tests of their own.
        static void Covers<T>(IEnumerable<T> seen, params T[] others)
            where T : struct, System.Enum => Assert.IsEmpty(System.Enum.GetValues<T>().Except(seen).Except(others));
    }

    [TestMethod]
    public void Every_model_is_emitted_twice_the_same_and_without_an_internal_error()
    {
        for (int i = 0; i < Models; i++)
        {
            EmitResult result = s_emitted.Value[i];
            Assert.AreEqual("MG0001", result.Diagnostics.Single().Id, result.Diagnostics.Single().ToDiagnostic().GetMessage());
            Assert.AreEqual(result, ModelEmitter.Emit(Specs[i]), Specs[i].Name);
        }
    }

    [TestMethod]
    public void Every_emitted_file_parses() =>
        s_emitted.Value.AsParallel().SelectMany(r => r.Files).ForAll(file => Verify.Parses(file.Name, file.Text));

    [TestMethod]
    public void No_generated_method_is_declared_twice()
    {
        foreach (GeneratedFile file in s_emitted.Value.SelectMany(r => r.Files))
        {
            string[] signatures = [.. file.Text.Split('\n').Where(l => l.StartsWith("    private static ", System.StringComparison.Ordinal) && l.EndsWith(')'))];
            Assert.AreEqual(signatures.Length, signatures.Distinct().Count(), file.Name);
        }
    }
}
