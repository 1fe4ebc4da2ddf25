using System;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>
/// Writes the kernels by which the runtime trains a matrix factorisation on all ratings at once. A model has them when its score is the
/// product of a row of either side, with biases or without, over plain, hashed or clustered tables, with vectors of the ids' own or without.
/// </summary>
internal sealed class FactorizationEmitter(ModelSpec model, Graph graph, KernelSet kernels, SourceWriter w)
{
    /// <summary>Whether a model has them.</summary>
    public static bool AppliesTo(ModelSpec model) => model.Host.Factorization is not null
        && model.Categoricals.All(c => c.Embedding.Kind is EmbeddingKind.Full or EmbeddingKind.Hashed or EmbeddingKind.Clustered && c.Embedding.Quantized is null);

    /// <summary>Writes them.</summary>
    public void Write()
    {
        if (!AppliesTo(model))
        {
            return;
        }

        FactorizationSpec spec = model.Host.Factorization!;

        Parameter[] tables = [.. graph.Parameters.Where(p => p.IsTable)];
        Parameter user = tables.First(t => model.Categoricals[t.Feature].Role == RoleKind.User), item = tables.First(t => model.Categoricals[t.Feature].Role == RoleKind.Item);
        w.Line();
        w.Line($"static IFactorization? IEmbeddingModel<{model.Name}>.Factorization => new FactorizationKernels();");
        w.Line();
        w.Line("/// <summary>The factorisation on all ratings at once.</summary>");
        using IDisposable block = w.Block("private sealed class FactorizationKernels : IFactorization");
        w.Line($"public float L2 => {SourceWriter.Float(spec.L2)};");
        w.Line();
        if (spec.L2PerId > 0)
        {
            w.Line($"public float L2PerId => {SourceWriter.Float(spec.L2PerId)};");
            w.Line();
        }

        w.Line($"public int UserTable => {Array.IndexOf(tables, user)};");
        w.Line();
        w.Line($"public int ItemTable => {Array.IndexOf(tables, item)};");
        foreach (Parameter bias in tables.Where(t => spec.Biases && t.Group == Group.Tower))
        {
            w.Line();
            w.Line($"public int {(bias.Feature == user.Feature ? "User" : "Item")}Bias => {Array.IndexOf(tables, bias)};");
        }

        w.Line();
        w.Line("public void Gradient(ref float x, float pull, ref float others, ref int rows, ref float weights, ref float targets, int count, ref float gradient, ref float products, ref double loss) =>");
        w.Line($"    {FactorizationKernels.Gradient(kernels, user.Columns)}(ref x, pull, ref others, ref rows, ref weights, ref targets, count, ref gradient, ref products, ref loss);");
        w.Line();
        using (w.Block("public void Update(StepContext step, int table, int[] rows, int first, int count, ref float gradients)"))
        {
            if (spec.Biases)
            {
                using IDisposable bias = w.Block($"if (table is {string.Join(" or ", tables.Where(t => t.Group == Group.Tower).Select(t => Array.IndexOf(tables, t)))})");
                w.Line($"{UpdateKernels.Rows(kernels, model.Optimizer, 1, 1, false)}(step, step.State.Tables[table], rows, first, count, step.Optimizer.TowerRate, ref gradients);");
                w.Line("return;");
            }

            int[] own = [.. tables.Where(t => t.Index == RowIndexKind.Identity && t.Group == Group.Table && model.Categoricals[t.Feature].Embedding.Kind == EmbeddingKind.Clustered).Select(t => Array.IndexOf(tables, t))];
            if (own.Length > 0 && spec.NonNegative)
            {
                using IDisposable signed = w.Block($"if (table is {string.Join(" or ", own)})");
                w.Line($"{UpdateKernels.Rows(kernels, model.Optimizer, user.Columns, user.Columns, false)}(step, step.State.Tables[table], rows, first, count, step.Optimizer.TableRate, ref gradients);");
                w.Line("return;");
            }

            w.Line($"{UpdateKernels.Rows(kernels, model.Optimizer, user.Columns, user.Columns, spec.NonNegative)}(step, step.State.Tables[table], rows, first, count, step.Optimizer.TableRate, ref gradients);");
        }

        w.Line();
        Dispatch("public void Scores(int table, ref float x, ref float clusters, ref float scores, int rows)", tables, (t, stride) =>
            $"{ProductKernels.Product(kernels, t.Columns, stride, t.Columns, stride, stride, false, false, 0)}(ref x, ref clusters, ref scores, rows);");
        w.Line();
        Dispatch("public void Costs(int table, ref float scores, ref int rows, ref float targets, int count, ref float costs)", tables, (_, stride) =>
            $"{FactorizationKernels.Costs(kernels, stride)}(ref scores, ref rows, ref targets, count, ref costs);");
    }

    // One case per clustered table; the other tables are never asked.
    private void Dispatch(string signature, Parameter[] tables, Func<Parameter, int, string> call)
    {
        using IDisposable block = w.Block(signature);
        foreach (Parameter table in tables.Where(t => t.Index == RowIndexKind.Assignment))
        {
            using IDisposable inner = w.Block($"if (table == {Array.IndexOf(tables, table)})");
            w.Line(call(table, MemoryPlan.Pad(table.Modulus)));
        }
    }
}
