using System.Globalization;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Kernels of product quantisation on blocks of ids: nearest centroids, their vectors, and the gradients around them.</summary>
internal static class QuantizeKernels
{
    /// <summary>The codes of a block of queries, each among the centroids that its id's tier may use: rows of the codebook.</summary>
    public static string Codes(KernelSet kernels, Quantization q, int width, int qStride, int transposedStride)
    {
        int last = q.Choices.Count - 1;
        string ends = string.Concat(Enumerable.Range(0, last).Select(t => $", int end{t}"));
        bool prefix = !q.Private, aside = q.Keys is null && q.Statistics is null;
        return kernels.Add(
            $"Codes{width}_{string.Join("_", prefix ? [q.Parts] : q.TierParts)}_{string.Join("_", q.Choices)}{(q.Shared ? "_Shared" : "")}{(q.Keys is null ? "" : "_Softmax")}{(q.Statistics is null ? "" : "_Normalized")}",
            aside ? 16 : KernelSet.Lanes(q.Choices[last]),
            prefix
                ? $"z_j = {Chosen(q)} of the first {string.Join(" or ", q.Choices)} by part j of a query, {q.Parts} parts of width {width / q.Parts}."
                : $"z_j = {Chosen(q)} of the tier's own {string.Join(" or ", q.Choices)} by part j of a query, {string.Join(" or ", q.TierParts)} parts of width {width}.",
            $"ref float q, ref float centroids, {(q.Statistics is null ? "" : "ref float norm, ")}int[] ids, int first, int count{ends}, Span<ushort> codes",
            $"ref q, ref centroids, {(q.Statistics is null ? "" : "ref norm, ")}ids, first, count{ends.Replace("int ", "")}, codes",
            () => aside ? SearchAside(q, width, qStride, transposedStride) : $$"""
                for (int i = 0; i < count; i++)
                {
                {{Indent(ByTier(q, (tier, choices) => Search(q, tier, width, qStride, transposedStride, choices)))}}
                }
                """);
    }

    // Neighbouring ids of one tier are searched side by side.
    private static string SearchAside(Quantization q, int width, int qStride, int transposedStride)
    {
        int last = q.Choices.Count - 1, widest = Enumerable.Range(0, last + 1).Max(t => PartWidth(q, t, width));
        string lanes = $"Span<float> scratch = stackalloc float[{widest + 1} * NearestCentroid.Block];\nref float lanes = ref MemoryMarshal.GetReference(scratch);\n";
        if (last == 0)
        {
            return lanes + "int i = 0, end = count;\n" + Parts(q, 0, width, qStride, transposedStride);
        }

        return lanes + $$"""
            for (int i = 0, end; i < count; i = end)
            {
                int id = ids[first + i];
                end = i + 1;
            {{Indent(string.Join("\n", Enumerable.Range(0, last + 1).Select(Tier)))}}
            }
            """;

        string Tier(int t) => $$"""
            {{(t == 0 ? "" : "else ")}}{{(t == last ? "" : $"if (id < end{t})")}}
            {
                while (end < count && ids[first + end] {{(t == last ? $">= end{t - 1}" : $"< end{t}{(t == 0 ? "" : $" && ids[first + end] >= end{t - 1}")}")}})
                {
                    end++;
                }

            {{Indent(Parts(q, t, width, qStride, transposedStride))}}
            }
            """;
    }

    private static string Parts(Quantization q, int tier, int width, int qStride, int transposedStride)
    {
        int repeat = q.Repeat(tier);
        string copies = repeat == 1 ? "" : $$"""

                for (int copy = i; copy < end; copy++)
                {
                    codes.Slice((copy * {{q.Parts}}) + part, {{repeat}}).Fill(codes[(copy * {{q.Parts}}) + part]);
                }
            """;
        return $$"""
            for (int part = 0; part < {{q.Parts}}; part += {{repeat}})
            {
                NearestCentroid.FindAll<S, V>(
                    ref Unsafe.Add(ref q, (i * {{qStride}}) + (part * {{width / q.Parts}})), {{qStride}}, end - i, {{PartWidth(q, tier, width)}}, {{Centroids(q, tier, width, transposedStride)}}, {{transposedStride}}, {{q.Choices[tier]}},
                    {{q.First(tier)}}, ref codes[(i * {{q.Parts}}) + part], {{q.Parts}}, ref lanes);{{copies}}
            }
            """;
    }

    private static int PartWidth(Quantization q, int tier, int width) => width / q.Parts * q.Repeat(tier);

    private static string Centroids(Quantization q, int tier, int width, int transposedStride)
    {
        string centroids = q.Shared ? "ref centroids" : $"ref Unsafe.Add(ref centroids, (nuint)part * {(long)(width / q.Parts) * transposedStride})";
        return q.First(tier) == 0 ? centroids : $"ref Unsafe.Add({centroids}, {q.First(tier)})";
    }

    // One query after another.
    private static string Search(Quantization q, int tier, int width, int qStride, int transposedStride, string choices)
    {
        int repeat = q.Repeat(tier);
        string part = Part(q, tier, width, qStride, transposedStride, choices);
        string find = q.Statistics is null
            ? $"NearestCentroid.FindGreatest<S, V>(\n        {part})"
            : $"NearestCentroid.FindNormalized<S, V>(\n        {part}, {(q.Keys is null ? "false" : "true")}, {At("norm", q.First(tier))}, {NormStride(q)})";
        string code = q.First(tier) == 0 ? find : $"({q.First(tier)} + {find})";
        return repeat == 1
            ? $"for (int part = 0; part < {q.Parts}; part++)\n{{\n    codes[(i * {q.Parts}) + part] = (ushort){code};\n}}"
            : $"for (int part = 0; part < {q.Parts}; part += {repeat})\n{{\n    codes.Slice((i * {q.Parts}) + part, {repeat}).Fill((ushort){code});\n}}";
    }

    // The first arguments of all that looks at the scores of one part of the query of id i.
    private static string Part(Quantization q, int tier, int width, int qStride, int transposedStride, string choices) =>
        $"ref Unsafe.Add(ref q, (i * {qStride}) + (part * {width / q.Parts})), {PartWidth(q, tier, width)}, {Centroids(q, tier, width, transposedStride)}, {transposedStride}, {choices}";

    private static string At(string row, int first) => first == 0 ? $"ref {row}" : $"ref Unsafe.Add(ref {row}, {first})";

    /// <summary>Floats from the scales of normalised scores to their shifts, and from one row of their moments to the next.</summary>
    public static int NormStride(Quantization q) => MemoryPlan.Pad(q.Centroids);

    /// <summary>Sums of the scores of a block of queries, for their running moments.</summary>
    public static string Statistics(KernelSet kernels, Quantization q, int width, int qStride, int transposedStride)
    {
        int last = q.Choices.Count - 1;
        string ends = string.Concat(Enumerable.Range(0, last).Select(t => $", int end{t}"));
        string Loop(int tier, string choices) =>
            $"for (int part = 0; part < {q.Parts}; part += {q.Repeat(tier)})\n{{\n    ScoreNormalization.Add<S, V>({Part(q, tier, width, qStride, transposedStride, choices)}, {(q.Keys is null ? "false" : "true")}, lookups, {At("mean", q.First(tier))}, {At("sums", q.First(tier))}, {NormStride(q)});\n}}";
        return kernels.Add(
            $"ScoreSums{width}_{string.Join("_", q.Private ? q.TierParts : [q.Parts])}_{string.Join("_", q.Choices)}{(q.Shared ? "_Shared" : "")}{(q.Keys is null ? "" : "_Softmax")}",
            KernelSet.Lanes(q.Choices[last]),
            $"Lookups, sum and sum of squares of the scores of each centroid around its running mean, {string.Join(" or ", q.TierParts)} parts.",
            $"ref float q, ref float centroids, ref float mean, int[] ids, int[] starts, int first, int count{ends}, ref float sums",
            $"ref q, ref centroids, ref mean, ids, starts, first, count{ends.Replace("int ", "")}, ref sums",
            () => $$"""
                for (int i = 0; i < count; i++)
                {
                    float lookups = starts[first + i + 1] - starts[first + i];
                {{Indent(ByTier(q, Loop))}}
                }
                """);
    }

    // What is done for an id according to its tier: tiers of one codebook differ in the number of choices alone.
    private static string ByTier(Quantization q, System.Func<int, string, string> tier)
    {
        int last = q.Choices.Count - 1;
        return !q.Private
            ? $"{(last == 0 ? "" : "int id = ids[first + i];\n")}int choices = {string.Concat(Enumerable.Range(0, last).Select(t => $"id < end{t} ? {q.Choices[t]} : "))}{q.Choices[last]};\n{tier(0, "choices")}"
            : "int id = ids[first + i];\n" + string.Join("\n", Enumerable.Range(0, last + 1).Select(t =>
                $"{(t == 0 ? "" : "else ")}{(t == last ? "" : $"if (id < end{t})")}\n{{\n{Indent(tier(t, q.Choices[t].ToString(CultureInfo.InvariantCulture)))}\n}}"));
    }

    private static string Chosen(Quantization q) => q.Keys is null ? "the nearest" : "the key of greatest inner product";

    private static string Indent(string text) => "    " + text.Replace("\n", "\n    ");

    /// <summary>v = the chosen centroids, one after another.</summary>
    public static string Centroids(KernelSet kernels, int parts, int width, bool shared, int codebookStride, int vStride) => kernels.Add(
        $"Centroids{width}_{parts}_{codebookStride}_{vStride}",
        KernelSet.Lanes(width / parts),
        $"v = the chosen centroids of {parts} parts of width {width / parts}.",
        "ref float codebook, Span<ushort> codes, int count, ref float v",
        "ref codebook, codes, count, ref v",
        () => $$"""
            for (int i = 0; i < count; i++)
            {
                for (int part = 0; part < {{parts}}; part++)
                {
                    ref float centroid = ref Unsafe.Add(ref codebook, ((nuint)codes[(i * {{parts}}) + part] * {{codebookStride}}){{Column(shared, width / parts)}});
                    for (nuint n = 0; n < {{width / parts}}; n += (nuint)S.Width)
                    {
                        S.Store(S.Load(ref centroid, n), ref v, ((nuint)i * {{vStride}}) + ((nuint)part * {{width / parts}}) + n);
                    }
                }
            }
            """);

    /// <summary>dq = g + commitment w (q - v).</summary>
    public static string Input(KernelSet kernels, int width, int stride, float commitment) => kernels.Add(
        $"QuantizeInput{width}_{stride}",
        KernelSet.Lanes(width),
        $"dq = g + {commitment.ToString(CultureInfo.InvariantCulture)} w (q - v), w = 2 x occurrences / (lookups x {width}): straight through, and the commitment to the centroids.",
        "ref float g, ref float q, ref float v, int[] starts, int first, int count, int lookups, ref float dq",
        "ref g, ref q, ref v, starts, first, count, lookups, ref dq",
        () => $$"""
            float scale = {{SourceWriter.Float(2 * commitment)}} / ((float)lookups * {{width}});
            for (int i = 0; i < count; i++)
            {
                V w = S.Broadcast((starts[first + i + 1] - starts[first + i]) * scale);
                for (nuint n = (nuint)i * {{stride}}; n < ((nuint)i * {{stride}}) + {{width}}; n += (nuint)S.Width)
                {
                    S.Store(S.MultiplyAdd(w, S.Subtract(S.Load(ref q, n), S.Load(ref v, n)), S.Load(ref g, n)), ref dq, n);
                }
            }
            """);

    /// <summary>dC += scale occurrences (C - q) for the chosen centroids, in the order of the ids.</summary>
    public static string Codebook(KernelSet kernels, int parts, int width, bool shared, int qStride, int codebookStride) => kernels.Add(
        $"QuantizeCodebook{width}_{parts}_{qStride}_{codebookStride}",
        KernelSet.Lanes(width / parts),
        $"dC += scale x occurrences x (v - q) at the chosen centroids of {parts} parts of width {width / parts}: each follows its own queries.",
        "ref float q, ref float v, Span<ushort> codes, int[] starts, int first, int count, float scale, ref float gradient",
        "ref q, ref v, codes, starts, first, count, scale, ref gradient",
        () => $$"""
            for (int i = 0; i < count; i++)
            {
                V w = S.Broadcast((starts[first + i + 1] - starts[first + i]) * scale);
                for (int part = 0; part < {{parts}}; part++)
                {
                    nuint from = ((nuint)i * {{qStride}}) + ((nuint)part * {{width / parts}});
                    ref float target = ref Unsafe.Add(ref gradient, ((nuint)codes[(i * {{parts}}) + part] * {{codebookStride}}){{Column(shared, width / parts)}});
                    for (nuint n = 0; n < {{width / parts}}; n += (nuint)S.Width)
                    {
                        V error = S.Subtract(S.Load(ref v, from + n), S.Load(ref q, from + n));
                        S.Store(S.MultiplyAdd(w, error, S.Load(ref target, n)), ref target, n);
                    }
                }
            }
            """);

    /// <summary>dN += occurrences for the chosen centroids.</summary>
    public static string Count(KernelSet kernels, int parts, bool shared, int countStride) => kernels.Add(
        $"QuantizeCount{parts}_{countStride}",
        1,
        $"Lookups per centroid and part, {parts} parts.",
        "Span<ushort> codes, int[] starts, int first, int count, ref float counts",
        "codes, starts, first, count, ref counts",
        () => $$"""
            for (int i = 0; i < count; i++)
            {
                float occurrences = starts[first + i + 1] - starts[first + i];
                for (int part = 0; part < {{parts}}; part++)
                {
                    Unsafe.Add(ref counts, ((nuint)codes[(i * {{parts}}) + part] * {{countStride}}){{(shared ? "" : " + (nuint)part")}}) += occurrences;
                }
            }
            """);

    /// <summary>N = decay N + (1 - decay) n, then C -= (1 - decay) / N x the sum of (C - q), which is C = S / N for the average S of the sums.</summary>
    public static string Average(KernelSet kernels, Quantization q, int rows, int width, int codebookStride, int countStride) => kernels.Add(
        $"Average{rows}_{width}_{q.CodebookParts}_{q.Decay.ToString("R", CultureInfo.InvariantCulture).Replace('.', '_').Replace('-', 'm').Replace('+', 'p')}",
        KernelSet.Lanes(width / q.CodebookParts),
        $"Moving averages of {q.CodebookParts} parts: N = {q.Decay.ToString("R", CultureInfo.InvariantCulture)} N + (1 - {q.Decay.ToString("R", CultureInfo.InvariantCulture)}) n, C -= (1 - {q.Decay.ToString("R", CultureInfo.InvariantCulture)}) sum of (C - q) / N. A centroid that nothing chose stays.",
        "ref float codebook, ref float counts, ref float sums, ref float chosen",
        "ref codebook, ref counts, ref sums, ref chosen",
        () => $$"""
            for (nuint k = 0; k < {{rows}}; k++)
            {
                for (nuint part = 0; part < {{q.CodebookParts}}; part++)
                {
                    float n = Unsafe.Add(ref chosen, (k * {{countStride}}) + part);
                    ref float average = ref Unsafe.Add(ref counts, (k * {{countStride}}) + part);
                    average = ({{SourceWriter.Float(q.Decay)}} * average) + ({{SourceWriter.Float((float)(1 - (decimal)q.Decay))}} * n);
                    if (n > 0)
                    {
                        V rate = S.Broadcast({{SourceWriter.Float((float)(1 - (decimal)q.Decay))}} / average);
                        nuint from = (k * {{codebookStride}}) + (part * {{width / q.CodebookParts}});
                        for (nuint i = from; i < from + {{width / q.CodebookParts}}; i += (nuint)S.Width)
                        {
                            S.Store(S.Subtract(S.Load(ref codebook, i), S.Multiply(rate, S.Load(ref sums, i))), ref codebook, i);
                        }
                    }
                }
            }
            """);

    // Where the centroids of a part begin in a row of the codebook.
    private static string Column(bool shared, int partWidth) => shared ? "" : $" + ((nuint)part * {partWidth})";
}
