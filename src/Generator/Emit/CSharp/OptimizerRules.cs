using System.Collections.Generic;
using ModelGen.Generator.Emit.Cuda;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>
/// One optimiser as a row of a table: its state buffers and its update, spliced into every place that updates parameters.
/// The snippet sees the gradient g and the weight w as vectors, its state as s0 and s1, the rate as rate, and must leave w and the state new.
/// </summary>
/// <param name="States">State buffers of a parameter's own shape.</param>
/// <param name="Constants">Names of the vectors the snippet needs, with the scalar each is made of.</param>
/// <param name="Update">The update of one vector.</param>
/// <param name="Cuda">The same update of one element in CUDA C.</param>
internal sealed record OptimizerSnippet(int States, IReadOnlyList<(string Name, string Scalar)> Constants, string Update, string Cuda);

/// <summary>The optimiser table. Adding an optimiser is adding a row here, its attribute, and a reference test.</summary>
internal static class OptimizerRules
{
    public static OptimizerSnippet For(OptimizerSpec spec)
    {
        string epsilon = SourceWriter.Float(spec.Epsilon);
        return spec.Rule switch
        {
            OptimizerRule.Sgd => new(0, [], "w = S.Subtract(w, S.Multiply(rate, g));", "w -= rate * g;"),
            OptimizerRule.Adagrad or OptimizerRule.RowWiseAdagrad => new(1, [("epsilon", epsilon)], """
                s0 = S.MultiplyAdd(g, g, s0);
                w = S.Subtract(w, S.Divide(S.Multiply(rate, g), S.Add(S.Sqrt(s0), epsilon)));
                """, $$"""
                s0 = fmaf(g, g, s0);
                w -= rate * g / (sqrtf(s0) + {{CudaText.Float(spec.Epsilon)}});
                """),
            OptimizerRule.Adam => new(2, Moments(spec, epsilon), """
                s0 = S.MultiplyAdd(S.Subtract(g, s0), oneMinusBeta1, s0);
                s1 = S.MultiplyAdd(S.Subtract(S.Multiply(g, g), s1), oneMinusBeta2, s1);
                w = S.Subtract(w, S.Divide(S.Multiply(rate, S.Multiply(s0, momentScale)), S.Add(S.Sqrt(S.Multiply(s1, secondScale)), epsilon)));
                """, CudaMoments(spec, "s0 * step->moment_scale")),
            _ => new(2, [.. Moments(spec, epsilon), ("gradientScale", "step.Optimizer.GradientScale")], """
                s0 = S.MultiplyAdd(S.Subtract(g, s0), oneMinusBeta1, s0);
                s1 = S.MultiplyAdd(S.Subtract(S.Multiply(g, g), s1), oneMinusBeta2, s1);
                V moment = S.MultiplyAdd(s0, momentScale, S.Multiply(g, gradientScale));
                w = S.Subtract(w, S.Divide(S.Multiply(rate, moment), S.Add(S.Sqrt(S.Multiply(s1, secondScale)), epsilon)));
                """, CudaMoments(spec, "fmaf(s0, step->moment_scale, g * step->gradient_scale)")),
        };
    }

    private static string CudaMoments(OptimizerSpec spec, string moment) => $$"""
        s0 = fmaf(g - s0, {{CudaText.Float(1 - spec.Beta1)}}, s0);
        s1 = fmaf(g * g - s1, {{CudaText.Float(1 - spec.Beta2)}}, s1);
        w -= rate * ({{moment}}) / (sqrtf(s1 * step->second_scale) + {{CudaText.Float(spec.Epsilon)}});
        """;

    private static List<(string Name, string Scalar)> Moments(OptimizerSpec spec, string epsilon) =>
    [
        ("epsilon", epsilon),
        ("oneMinusBeta1", SourceWriter.Float(1 - spec.Beta1)),
        ("oneMinusBeta2", SourceWriter.Float(1 - spec.Beta2)),
        ("momentScale", "step.Optimizer.MomentScale"),
        ("secondScale", "step.Optimizer.SecondMomentScale"),
    ];
}
