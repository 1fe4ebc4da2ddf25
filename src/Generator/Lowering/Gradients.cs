using System;
using System.Collections.Generic;
using ModelGen.Generator.Ir;

namespace ModelGen.Generator.Lowering;

/// <summary>The gradient rule table: one entry per forward operation.</summary>
internal static class Gradients
{
    public static IReadOnlyDictionary<OpKind, Action<GradientBuilder, Op>> Rules { get; } = new Dictionary<OpKind, Action<GradientBuilder, Op>>
    {
        [OpKind.Logistic] = (t, op) => t.Contribute(op.Inputs[0], OpKind.LogisticGradient, [op.Inputs[0]], []),
        [OpKind.Squared] = (t, op) => t.Contribute(op.Inputs[0], OpKind.SquaredGradient, [op.Inputs[0]], []),
        [OpKind.Cosine] = (t, op) => t.Contribute(op.Inputs[0], OpKind.CosineGradient, [op.Inputs[0]], []),
        [OpKind.Clip] = With((t, op, g) => t.Contribute(op.Inputs[0], OpKind.ClipGradient, [g, op.Result!], [], op.Number)),
        [OpKind.Similarity] = With((t, op, g) =>
        {
            t.Contribute(op.Inputs[0], OpKind.SimilarityUser, [g, op.Inputs[1]], []);
            t.Contribute(op.Inputs[1], OpKind.SimilarityRow, [g, op.Inputs[0]], []);
        }),
        [OpKind.HistorySum] = With((t, op, g) => t.Contribute(op.Inputs[0], OpKind.HistorySpread, [g], [])),
        [OpKind.Normalize] = With((t, op, g) => t.Contribute(op.Inputs[0], OpKind.NormalizeGradient, [g, op.Result!, op.Inputs[0]], [])),
        [OpKind.Ranking] = (t, op) => t.Contribute(op.Inputs[0], OpKind.RankingGradient, [op.Inputs[0]], []),
        [OpKind.Linear] = With(Linear),
        [OpKind.Relu] = With((t, op, g) => t.Contribute(op.Inputs[0], OpKind.ReluGradient, [g, op.Result!], [])),
        [OpKind.Concat] = With(Concat),
        [OpKind.Slice] = With((t, op, g) => t.Contribute(op.Inputs[0], OpKind.SliceGradient, [g], [], op.Number)),
        [OpKind.Pairs] = With((t, op, g) => t.Contribute(op.Inputs[0], OpKind.PairsGradient, [g, op.Inputs[0]], [], op.Number)),
        [OpKind.Fm] = With((t, op, g) => t.Contribute(op.Inputs[0], OpKind.FmGradient, [g, op.Inputs[0]], [], op.Number)),
        [OpKind.Add] = With((t, op, g) => { foreach (Value term in op.Inputs) { t.Pass(term, g); } }),
        [OpKind.Offset] = With((t, op, g) => { if (op.Parameters[0].Group != Group.Fixed) { t.Accumulate([op.Parameters[0]], OpKind.ColumnSum, [g]); } t.Pass(op.Inputs[0], g); }),
        [OpKind.Constant] = With((t, op, g) => t.Accumulate([op.Parameters[0]], OpKind.ColumnSum, [g])),
        [OpKind.Numerics] = (_, _) => { },
        [OpKind.Lookup] = With((t, op, g) => t.Contribute(op.Inputs[0], OpKind.SegmentSum, [g], [], op.Number)),
        [OpKind.Multiply] = With((t, op, g) =>
        {
            t.Contribute(op.Inputs[0], OpKind.Multiply, [g, op.Inputs[1]], []);
            t.Contribute(op.Inputs[1], OpKind.Multiply, [g, op.Inputs[0]], []);
        }),
        [OpKind.Project] = With((t, op, g) =>
        {
            t.Accumulate([op.Parameters[0]], OpKind.ProjectWeight, [op.Inputs[0], g]);
            t.Contribute(op.Inputs[0], OpKind.ProjectInput, [g], [op.Parameters[0]]);
        }),
        [OpKind.Quantize] = With((t, op, g) =>
        {
            Parameter[] moments = op.Quantization!.Statistics is { } statistics ? [statistics] : [];
            if (moments.Length > 0)
            {
                // What later steps normalise by; it has no gradient.
                t.Accumulate([moments[0], op.Quantization.Keys ?? op.Parameters[0]], OpKind.QuantizeStatistics, [op.Inputs[0]], op.Quantization);
            }

            if (op.Quantization.Keys is { } keys)
            {
                // Forward the chosen centroid, backward as if all were mixed by the softmax of their scores.
                t.Accumulate([op.Parameters[0], keys], OpKind.SoftmaxValues, [op.Inputs[0], g], op.Quantization);
                t.Accumulate([keys, op.Parameters[0], .. moments], OpKind.SoftmaxKeys, [op.Inputs[0], g], op.Quantization);
                t.Contribute(op.Inputs[0], OpKind.SoftmaxInput, [op.Inputs[0], g], [keys, op.Parameters[0], .. moments], quantization: op.Quantization);
                return;
            }

            // Straight through: the task's gradient passes to the queries as it is; the centroids follow the queries alone.
            if (op.Quantization.Counts is { } counts)
            {
                t.Accumulate([op.Parameters[0], counts], OpKind.QuantizeAverage, [op.Inputs[0], op.Result!], op.Quantization);
            }
            else
            {
                t.Accumulate([op.Parameters[0]], OpKind.QuantizeCodebook, [op.Inputs[0], op.Result!], op.Quantization);
            }

            t.Contribute(op.Inputs[0], OpKind.QuantizeInput, [g, op.Inputs[0], op.Result!], [], quantization: op.Quantization);
        }),
        [OpKind.Gather] = With((t, op, g) => t.Accumulate([op.Parameters[0]], OpKind.Scatter, [g])),
    };

    private static Action<GradientBuilder, Op> With(Action<GradientBuilder, Op, Value> rule) => (tape, op) =>
    {
        if (tape.GradientOf(op.Result!) is { } gradient)
        {
            rule(tape, op, gradient);
        }
    };

    private static void Linear(GradientBuilder t, Op op, Value g)
    {
        t.Accumulate([op.Parameters[0]], OpKind.LinearWeight, [op.Inputs[0], g]);
        if (op.Parameters.Count > 1)
        {
            t.Accumulate([op.Parameters[1]], OpKind.ColumnSum, [g]);
        }

        t.Contribute(op.Inputs[0], OpKind.LinearInput, [g], [op.Parameters[0]]);
    }

    private static void Concat(GradientBuilder t, Op op, Value g)
    {
        int at = 0;
        foreach (Value part in op.Inputs)
        {
            t.Contribute(part, OpKind.Slice, [g], [], at);
            at += part.Width;
        }
    }
}
