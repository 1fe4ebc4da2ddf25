using System.Globalization;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Gradients of the softmax form of product quantisation (DPQ-SX) on blocks of ids.</summary>
internal static class SoftmaxKernels
{
    /// <summary>dC += g for the chosen centroids.</summary>
    public static string Values(KernelSet kernels, Quantization q, int width, int gStride, int codebookStride) => kernels.Add(
        $"SoftmaxValues{width}_{q.Parts}_{codebookStride}",
        KernelSet.Lanes(width / q.Parts),
        $"dC += g at the chosen centroids of {q.Parts} parts of width {width / q.Parts}.",
        "ref float g, Span<ushort> codes, int count, ref float gradient",
        "ref g, codes, count, ref gradient",
        () => $$"""
            for (int i = 0; i < count; i++)
            {
                for (int part = 0; part < {{q.Parts}}; part++)
                {
                    nuint from = ((nuint)i * {{gStride}}) + ((nuint)part * {{width / q.Parts}});
                    ref float target = ref Unsafe.Add(ref gradient, ((nuint)codes[(i * {{q.Parts}}) + part] * {{codebookStride}}){{(q.Shared ? "" : $" + ((nuint)part * {width / q.Parts})")}});
                    for (nuint n = 0; n < {{width / q.Parts}}; n += (nuint)S.Width)
                    {
                        S.Store(S.Add(S.Load(ref target, n), S.Load(ref g, from + n)), ref target, n);
                    }
                }
            }
            """);

    /// <summary>dq = sum over k of da_k key_k, da the gradient of the scores.</summary>
    public static string Input(KernelSet kernels, Quantization q, int width, int stride, int transposedStride) =>
        Each(kernels, q, "SoftmaxInput", "dq = sum of da_k key_k, da = p_k (g V_k - sum of p_l g V_l) / temperature with p the softmax of the scores.", width, stride, transposedStride, $$"""
            for (int n = 0; n < width; n++)
            {
                V sum = S.Zero;
                for (int k = 0; k < choices; k += S.Width)
                {
                    sum = S.MultiplyAdd(S.Load(ref scores, (nuint)k), S.Load(ref keys, (nuint)((n * (nint){{transposedStride}}) + k)), sum);
                }

                Unsafe.Add(ref target, (i * {{stride}}) + (part * {{width / q.Parts}}) + n) = S.Sum(sum);
            }
            """);

    /// <summary>dkey_k += da_k q.</summary>
    public static string Keys(KernelSet kernels, Quantization q, int width, int stride, int transposedStride, int keyStride) =>
        Each(kernels, q, $"SoftmaxKeys{keyStride}_", "dkey_k += da_k q, da as for the queries.", width, stride, transposedStride, $$"""
            for (int k = 0; k < choices; k++)
            {
                ref float row = ref Unsafe.Add(ref target, ((nuint)(begin + k) * {{keyStride}}){{(q.Shared ? "" : $" + ((nuint)part * {width / q.Parts})")}});
                for (int n = 0; n < width; n++)
                {
                    Unsafe.Add(ref row, n) += Unsafe.Add(ref scores, k) * Unsafe.Add(ref e, n);
                }
            }
            """);

    // What is done with the gradient of the scores of every id and part.
    private static string Each(KernelSet kernels, Quantization q, string name, string summary, int width, int stride, int transposedStride, string body)
    {
        int last = q.Choices.Count - 1;
        string ends = string.Concat(Enumerable.Range(0, last).Select(t => $", int end{t}"));
        string ByTier(System.Func<int, int> value) => Enumerable.Range(0, last + 1).All(t => value(t) == value(0))
            ? Text(value(0))
            : string.Concat(Enumerable.Range(0, last).Select(t => $"id < end{t} ? {value(t)} : ")) + Text(value(last));
        string column = q.Shared ? "" : $"((nuint)part * {(long)(width / q.Parts) * transposedStride}) + ";
        return kernels.Add(
            $"{name}{width}_{string.Join("_", q.TierParts)}_{string.Join("_", q.Choices)}{(q.Shared ? "_Shared" : "")}{(q.Statistics is null ? "" : "_Normalized")}",
            KernelSet.Lanes(q.Choices[last]),
            summary,
            $"ref float q, ref float g, ref float keys0, ref float values0, {(q.Statistics is null ? "" : "ref float norm, ")}int[] ids, int first, int count{ends}, ref float scores, ref float target",
            $"ref q, ref g, ref keys0, ref values0, {(q.Statistics is null ? "" : "ref norm, ")}ids, first, count{ends.Replace("int ", "")}, ref scores, ref target",
            () => $$"""
                for (int i = 0; i < count; i++)
                {
                    int id = ids[first + i], choices = {{ByTier(t => q.Choices[t])}}, begin = {{ByTier(q.First)}}, repeat = {{ByTier(q.Repeat)}}, width = repeat * {{width / q.Parts}};
                    for (int part = 0; part < {{q.Parts}}; part += repeat)
                    {
                        ref float e = ref Unsafe.Add(ref q, (i * {{stride}}) + (part * {{width / q.Parts}}));
                        ref float keys = ref Unsafe.Add(ref keys0, {{column}}(nuint)begin);
                        ref float values = ref Unsafe.Add(ref values0, {{column}}(nuint)begin);
                        SoftmaxScores.Gradient<S, V>(ref e, ref Unsafe.Add(ref g, (i * {{stride}}) + (part * {{width / q.Parts}})), width, ref keys, ref values, {{transposedStride}}, choices, {{SourceWriter.Float(1 / q.Temperature)}}, {{(q.Statistics is null ? "false, ref Unsafe.NullRef<float>(), 0" : $"true, ref Unsafe.Add(ref norm, begin), {QuantizeKernels.NormStride(q)}")}}, ref scores);
                {{"        " + body.Replace("\n", "\n        ")}}
                    }
                }
                """);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
