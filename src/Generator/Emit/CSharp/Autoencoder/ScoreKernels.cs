using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp.Autoencoder;

/// <summary>What happens to the scores between the products: own parts, clipping, squares, and the gradient of the cosine loss.</summary>
internal static class ScoreKernels
{
    /// <summary>Takes the own part of each item out of its user's score, clips, and sums the squares of a cut.</summary>
    public static string Finish(KernelSet kernels, ClipKind clip) => kernels.Add(
        "FinishScores", 16,
        $"y -= x: the part that a unit row contributes to its own score{Clipped(clip)}; then the sums of squares, for a cut of outputs and a block of users.",
        "AutoencoderStep step, int block, int cut, int first, int end", "step, block, cut, first, end",
        () => $$"""
            ref float scores = ref step.Scores.At((long)block * step.OutputRows * 32);
            int endUser = Math.Min(step.Users, (block + 1) * 32);
            for (int user = block * 32; user < endUser; user++)
            {
                Span<int> outputs = step.HistoryOutputs.AsSpan(step.HistoryStarts[user]..step.HistoryStarts[user + 1]);
                for (int p = AutoencoderStep.FirstAtLeast(outputs, first); p < outputs.Length && outputs[p] < end; p++)
                {
                    Unsafe.Add(ref scores, ((nint)outputs[p] * 32) + (user & 31)) -= 1;
                }
            }

            ref float squares = ref step.Squares.At(((long)cut * step.PanelUsers) + (block * 32));
            for (nuint n = 0; n < 32; n += (nuint)S.Width)
            {
                V sum = S.Zero;
                for (nint o = first; o < end; o++)
                {
                    ref float at = ref Unsafe.Add(ref scores, o * 32);
                    V y = S.Load(ref at, n);
            {{clip switch
            {
                ClipKind.Relu => "        y = S.Relu(y);\n        S.Store(y, ref at, n);",
                ClipKind.Relu6 => "        V most = S.Broadcast(6f);\n        y = S.WhereLess(S.Relu(y), most, S.Relu(y), most);\n        S.Store(y, ref at, n);",
                _ => "        // no clip",
            }}}
                    sum = S.MultiplyAdd(y, y, sum);
                }

                S.Store(sum, ref squares, n);
            }
            """.Replace("        // no clip\n", string.Empty));

    /// <summary>dy = the gradient of the cosine loss, in place of the scores.</summary>
    public static string Gradient(KernelSet kernels, ClipKind clip) => kernels.Add(
        "CosineGradient", 16,
        $"dy = a multiple of y, less a share at the items of the user{(clip == ClipKind.None ? "" : ", zero where a score was clipped")}.",
        "AutoencoderStep step, int block, int first, int end", "step, block, first, end",
        () => $$"""
            ref float scores = ref step.Scores.At((long)block * step.OutputRows * 32);
            int endUser = Math.Min(step.Users, (block + 1) * 32);
            {{(clip == ClipKind.None ? "// no clip" : Targets(
                $"float y = Unsafe.Add(ref scores, ((nint)outputs[p] * 32) + (user & 31));\n        step.TargetGradients[step.HistoryStarts[user] + p] = y > 0{(clip == ClipKind.Relu6 ? " && y < 6" : "")} ? (y * step.ScoreScale[user]) - step.TargetShare[user] : 0;"))}}
            for (nuint n = 0; n < 32; n += (nuint)S.Width)
            {
                V scale = S.Load(ref step.ScoreScale[block * 32], n);
                for (nint o = first; o < end; o++)
                {
                    ref float at = ref Unsafe.Add(ref scores, o * 32);
                    {{(clip == ClipKind.Relu6
                        ? "V y = S.Load(ref at, n);\n        S.Store(S.WhereLess(y, S.Broadcast(6f), S.Multiply(scale, y), S.Zero), ref at, n);"
                        : "S.Store(S.Multiply(scale, S.Load(ref at, n)), ref at, n);")}}
                }
            }

            {{Targets(clip == ClipKind.None
                ? "Unsafe.Add(ref scores, ((nint)outputs[p] * 32) + (user & 31)) -= step.TargetShare[user];"
                : "Unsafe.Add(ref scores, ((nint)outputs[p] * 32) + (user & 31)) = step.TargetGradients[step.HistoryStarts[user] + p];")}}
            """.Replace("// no clip\n", string.Empty));

    private static string Targets(string statement) => $$"""
        for (int user = block * 32; user < endUser; user++)
        {
            Span<int> outputs = step.HistoryOutputs.AsSpan(step.HistoryStarts[user]..step.HistoryStarts[user + 1]);
            for (int p = AutoencoderStep.FirstAtLeast(outputs, first); p < outputs.Length && outputs[p] < end; p++)
            {
                {{statement}}
            }
        }
        """;

    private static string Clipped(ClipKind clip) => clip switch
    {
        ClipKind.Relu => ", then max(y, 0)",
        ClipKind.Relu6 => ", then min(max(y, 0), 6)",
        _ => string.Empty,
    };
}
