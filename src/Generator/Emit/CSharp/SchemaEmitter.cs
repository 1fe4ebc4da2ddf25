using System;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Writes the model's description: the plain data the runtime needs about tables, arenas and features.</summary>
internal static class SchemaEmitter
{
    public static void Write(SourceWriter w, ModelSpec model, Graph graph, MemoryPlan plan)
    {
        string ir = Printer.Print(graph);
        OptimizerSpec o = model.Optimizer;
        w.Line("private static readonly ModelSchema s_schema = new()");
        using IDisposable block = w.Braces("};");
        w.Line($"Name = {SourceWriter.Quote(model.Name)},");
        w.Line($"Fingerprint = \"{Fingerprint(ir + model.Optimizer.Rule + (model.Host.Factorization is { L2PerId: > 0 } factorization ? SourceWriter.Float(factorization.L2PerId) : string.Empty))}\",");
        w.Line($"Loss = global::ModelGen.Loss.{model.Loss},");
        w.Line($"LabelColumn = {(model.Label is { } label ? SourceWriter.Quote(label.Column) : "null")},");
        if (model.Timestamp is { } timestamp)
        {
            w.Line($"Timestamp = new({SourceWriter.Quote(timestamp.Property)}, {SourceWriter.Quote(timestamp.Column)}, global::ModelGen.Compiled.TimestampKind.{timestamp.Kind}),");
        }

        w.Line($"Numerics = [{string.Join(", ", model.Numerics.Select(n => $"new({SourceWriter.Quote(n.Property)}, {SourceWriter.Quote(n.Column)}, global::ModelGen.Transform.{n.Transform})"))}],");
        w.Line("Categoricals =");
        using (w.Brackets())
        {
            foreach ((CategoricalSpec c, int f) in model.Categoricals.Select((c, f) => (c, f)))
            {
                FeatureLayout layout = plan.Features[f];
                w.Line($"new() {{ Name = {SourceWriter.Quote(c.Property)}, Column = {SourceWriter.Quote(c.Column)}, KeyKind = KeyKind.{(c.Key is KeyType.Text or KeyType.Enum ? "Text" : "Integer")}, " +
                    $"IsBag = {Bool(c.Bag != BagForm.None)}, Pooling = global::ModelGen.Pooling.{(c.Pooling == PoolingKind.Sum ? "Sum" : "Mean")}, OutOfVocabulary = global::ModelGen.OutOfVocabulary.{c.OutOfVocabulary}, MinCount = {c.MinCount}, " +
                    $"Cardinality = {c.Cardinality}, Buckets = {c.Buckets}, Separator = {SourceWriter.Char(c.Separator)}, Role = FeatureRole.{c.Role}, VectorStride = {layout.Stride}, FactorOffset = {layout.FactorOffset}, FactorFloats = {layout.FactorFloats}{Clusters(c, layout)}{(c.Embedding.Quantized is { } q ? $", Codes = {q.Parts}" : "")}{(layout.ReadsRows ? ", ReadsRows = true" : "")} }},");
            }
        }

        WriteParameters(w, graph, plan);
        WriteQuantized(w, graph);
        w.Line($"DenseFloats = {plan.DenseFloats},");
        w.Line($"FactorOffset = {plan.FactorOffset},");
        w.Line($"TransposedFloats = {plan.TransposedFloats},");
        w.Line($"TileFloats = {plan.TileFloats},");
        w.Line($"Optimizer = new(OptimizerKind.{o.Rule}, {SourceWriter.Float(o.LearningRate)}, {SourceWriter.Float(o.TableRate)}, {SourceWriter.Float(o.FactorRate)}, {SourceWriter.Float(o.TowerRate)}, {SourceWriter.Float(o.Beta1)}, {SourceWriter.Float(o.Beta2)}{(o.Lazy ? string.Empty : ", Lazy: false")}){(o.Rule == OptimizerRule.NAdam ? $" {{ MomentumDecay = {SourceWriter.Float(o.MomentumDecay)} }}" : "")},");
        w.Line($"Ir = IrText,");
    }

    /// <summary>Writes the tables and the dense parameters of a graph.</summary>
    public static void WriteParameters(SourceWriter w, Graph graph, MemoryPlan plan)
    {
        w.Line("Tables =");
        using (w.Brackets())
        {
            foreach (Parameter t in graph.Parameters.Where(p => p.IsTable))
            {
                w.Line($"new({SourceWriter.Quote(t.Name)}, {t.Feature}, RowIndex.{t.Index}, {t.Modulus}, {t.Columns}, ParameterGroup.{t.Group}, Initialization.{t.Init}, {SourceWriter.Float(t.Scale)}{(t.NonNegative ? ", NonNegative: true" : "")}){(t.Kept > 0 ? $" {{ Kept = {t.Kept} }}" : "")},");
            }
        }

        w.Line("Dense =");
        using (w.Brackets())
        {
            foreach (DensePlace d in plan.Dense.Values.OrderBy(d => d.Offset))
            {
                Parameter p = d.Parameter;
                w.Line($"new({SourceWriter.Quote(p.Name)}, {p.Rows}, {p.Columns}, {d.Offset}, {d.Stride}, {d.PaddedRows}, {d.TransposedOffset}, {d.TransposedStride}, ParameterGroup.{p.Group}, Initialization.{p.Init}, {SourceWriter.Float(p.Scale)}),");
            }
        }
    }

    private static void WriteQuantized(SourceWriter w, Graph graph)
    {
        Op[] quantized = [.. graph.Forward.Where(op => op.Kind == OpKind.Quantize)];
        if (quantized.Length == 0)
        {
            return;
        }

        Parameter[] tables = [.. graph.Parameters.Where(p => p.IsTable)];
        w.Line("Quantized =");
        using IDisposable block = w.Brackets();
        foreach (Op op in quantized)
        {
            Quantization q = op.Quantization!;
            CollapseRule rule = graph.Collapse.First(r => r.Result.Codes is not null && !r.IsAssignment && r.Result.Feature == op.Result!.Feature);
            int queries = Array.IndexOf(tables, rule.Left);
            string tiers = string.Join(", ", q.Choices.Select((k, t) => $"new({k}, {q.End(t).ToString(CultureInfo.InvariantCulture)}m, {q.First(t)}, {q.Repeat(t)})"));
            w.Line($"new() {{ Feature = {op.Result!.Feature}, Queries = {queries}, Codebook = {SourceWriter.Quote(op.Parameters[0].Name)}, "
                + $"{(q.Counts is { } counts ? $"Counts = {SourceWriter.Quote(counts.Name)}, " : "")}Parts = {q.Parts}, {(rule.Factor is { } factor ? $"Factor = {SourceWriter.Quote(factor.Name)}, " : "")}{(q.Keys is { } keys ? $"Keys = {SourceWriter.Quote(keys.Name)}, " : "")}{(q.Statistics is { } moments ? $"Statistics = {SourceWriter.Quote(moments.Name)}, Epsilon = {SourceWriter.Float(Quantization.Epsilon)}, " : "")}{(q.Shared ? "Shared = true, " : "")}Tiers = [{tiers}]{(q.ReseedEvery > 0 ? $", ReseedEvery = {q.ReseedEvery}" : "")} }},");
        }
    }

    public static void WriteIr(SourceWriter w, Graph graph)
    {
        w.Line("/// <summary>The model in the compiler's own words: parameters, forward, backward, collapse and the served graph.</summary>");
        w.Line("private const string IrText = \"\"\"");
        w.Lines(Printer.Print(graph).TrimEnd('\n'));
        w.Line("\"\"\";");
    }

    private static string Clusters(CategoricalSpec feature, FeatureLayout layout) => feature.Embedding.Clustered is not { } c ? string.Empty
        : $", Clusters = new({c.Clusters}, {c.Initial}, {c.SplitEvery}, {c.ReassignEvery}, global::ModelGen.Reassignment.{c.Reassign}, global::ModelGen.ClusterDivision.{c.Division}, global::ModelGen.ClusterChoice.{c.ChooseBy}, {SourceWriter.Float(c.Keep)}, {c.Interactions}, {Bool(c.StopWhenIdle)}, {layout.Offsets.First(o => o.Key.Name == $"{feature.Property}.v").Value}){(c.PersonalFrom > 0 ? $" {{ PersonalFrom = {c.PersonalFrom}, Pull = {SourceWriter.Float(c.Pull)} }}" : "")}";

    private static string Bool(bool value) => value ? "true" : "false";

    private static string Fingerprint(string text)
    {
        using SHA256 hash = SHA256.Create();
        return string.Concat(hash.ComputeHash(Encoding.UTF8.GetBytes(text)).Take(16).Select(b => b.ToString("x2")));
    }
}
