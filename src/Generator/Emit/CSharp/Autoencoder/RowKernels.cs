using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp.Autoencoder;

/// <summary>Work on the entries of a row: its unit form, the gradient through it, and the optimiser's update.</summary>
internal static class RowKernels
{
    private const string Unit = """
        V inverse = S.Broadcast((float)(1 / Math.Max(Math.Sqrt(S.Sum(squares)), 1e-12)));
        for (nuint n = 0; n < slots; n += (nuint)S.Width)
        {
            S.Store(S.Multiply(S.Load(ref values, n), inverse), ref unit, n);
        }

        step.Rows.Spread(item);
        """;

    // Where the support is chosen anew in every step.
    private const string Choose = """
        if (step.Rows.Chosen > 0)
        {
            step.Rows.Choose(item);
            continue;
        }
        """;

    /// <summary>n = a / |a| for rows [first, end).</summary>
    public static string Normalize(KernelSet kernels, bool isSparse) => kernels.Add(
        "NormalizeRows", 16, "n = a / |a| over the kept entries of some rows.",
        "AutoencoderStep step, int first, int end", "step, first, end",
        () => $$"""
            for (int item = first; item < end; item++)
            {{(isSparse ? "{\n" + Indent(Choose) + "\n" : "{")}}
                long start = step.Rows.Start(item);
                nuint slots = (nuint)SparseRows.Slots(step.Rows.Count(item));
                ref float values = ref step.Rows.Values.At(start);
                ref float unit = ref step.Rows.Unit.At(start);
                V squares = S.Zero;
                for (nuint n = 0; n < slots; n += (nuint)S.Width)
                {
                    V v = S.Load(ref values, n);
                    squares = S.MultiplyAdd(v, v, squares);
                }

            {{Indent(Unit)}}
            }
            """.Replace("\n\n\n", "\n\n"));

    /// <summary>The gradient through the unit form, the optimiser's update, and the new unit form, of a cut of rows.</summary>
    public static string Update(KernelSet kernels, OptimizerSpec optimizer, bool isSparse)
    {
        OptimizerSnippet rule = OptimizerRules.For(optimizer);
        return kernels.Add(
            $"{optimizer.Rule}Entries", 16, $"da = (dn - n (n dn)) / |a|, then {optimizer.Rule} on the kept entries, then n = a / |a|, for a cut of rows.",
            "AutoencoderStep step, int first, int count, ref float gradient0, Span<int> offsets", "step, first, count, ref gradient0, offsets",
            () => $$"""
                V rate = S.Broadcast(step.Optimizer.TableRate);
                {{string.Join("\n", rule.Constants.Select(c => $"V {c.Name} = S.Broadcast({c.Scalar});"))}}
                for (int q = 0; q < count; q++)
                {
                    int item = step.UpdatedRows[first + q];
                    long start = step.Rows.Start(item);
                    nuint slots = (nuint)SparseRows.Slots(step.Rows.Count(item));
                    ref float values = ref step.Rows.Values.At(start);
                    ref float unit = ref step.Rows.Unit.At(start);
                    ref float gradient = ref Unsafe.Add(ref gradient0, offsets[q]);
                {{string.Join("\n", Enumerable.Range(0, rule.States).Select(s => $"    ref float state{s} = ref step.Rows.State[{s}].At(start);"))}}
                    V along = S.Zero, length = S.Zero;
                    for (nuint n = 0; n < slots; n += (nuint)S.Width)
                    {
                        V v = S.Load(ref values, n);
                        along = S.MultiplyAdd(S.Load(ref unit, n), S.Load(ref gradient, n), along);
                        length = S.MultiplyAdd(v, v, length);
                    }

                    double norm = {{(isSparse ? "step.Rows.Chosen > 0 ? step.Rows.KeepChosen(item, ref gradient) : " : "")}}Math.Sqrt(S.Sum(length));
                    V turn = S.Broadcast(-S.Sum(along)), slope = S.Broadcast((float)(1 / Math.Max(norm, 1e-12)));
                    V squares = S.Zero;
                    for (nuint n = 0; n < slots; n += (nuint)S.Width)
                    {
                        V g = S.Multiply(S.MultiplyAdd(turn, S.Load(ref unit, n), S.Load(ref gradient, n)), slope), w = S.Load(ref values, n);
                {{string.Join("\n", Enumerable.Range(0, rule.States).Select(s => $"        V s{s} = S.Load(ref state{s}, n);"))}}
                {{string.Join("\n", rule.Update.Split('\n').Select(line => "        " + line.TrimEnd()))}}
                {{string.Join("\n", Enumerable.Range(0, rule.States).Select(s => $"        S.Store(s{s}, ref state{s}, n);"))}}
                        S.Store(w, ref values, n);
                        squares = S.MultiplyAdd(w, w, squares);
                    }
                {{(isSparse ? "\n" + Indent(Choose) + "\n" : "")}}
                {{Indent(Unit)}}
                }
                """.Replace("\n\n\n", "\n\n"));
    }

    private static string Indent(string text) => "    " + text.Replace("\r", string.Empty).Replace("\n", "\n    ").Replace("\n    \n", "\n\n");
}
