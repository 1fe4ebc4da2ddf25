using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>Follows the printed backward section literally: per example, per distinct id, and sums into parameters.</summary>
internal sealed class BackwardPass(ReferenceModel model, ReferenceForward forward)
{
    private readonly ReferenceBatch _batch = forward.Batch;
    private readonly Values _values = forward.Values;
    private readonly ReferenceGradients _gradients = new(model);

    public ReferenceGradients Run()
    {
        for (int f = 0; f < model.Ir.Features.Count; f++)
        {
            if (_batch.DistinctIds(f).Count > 0)
            {
                _gradients.Activate(model.Ir.Features[f]);
            }
        }

        foreach (IrOp op in model.Ir.Backward)
        {
            if (op.Accumulates)
            {
                Accumulate(op);
            }
            else if (op.Feature is null)
            {
                _values.DefinePerExample(op, _batch.Count, e => Example(op, e));
            }
            else
            {
                _values.DefinePerId(op, _batch.DistinctIds(model.FeatureIndex(op.Feature)), id => Id(op, id));
            }
        }

        return _gradients;
    }

    private double[] Example(IrOp op, int e)
    {
        double[] Input(int i) => _values.At(op.Inputs[i], e);
        double label = _batch.Examples[e].Label;
        return op.Name switch
        {
            "logistic_gradient" => [((1 / (1 + Math.Exp(-Input(0)[0]))) - label) / _batch.Count],
            "squared_gradient" => [2 * (Input(0)[0] - label) / _batch.Count],
            "ranking_gradient" => [(e | 1) >= _batch.Count ? 0 : (e % 2 == 0 ? -2 : 2) / (1 + Math.Exp(_values.At(op.Inputs[0], e & ~1)[0] - _values.At(op.Inputs[0], e | 1)[0])) / _batch.Count],
            "multiply" => Vectors.Multiply(Input(0), Input(1)),
            "slice_gradient" => [.. new double[op.At], .. Input(0), .. new double[op.Width - op.At - Input(0).Length]],
            "linear_input" => Mask(op, e, Vectors.TimesTransposed(Input(0), model.Parameters[op.Parameters[0]])),
            "relu_gradient" => Positive(Input(0), Input(1)),
            "slice" => Input(0)[op.At..(op.At + op.Width)],
            "pairs_gradient" => Vectors.PairsGradient(Input(0), Input(1), op.Vectors),
            "fm_gradient" => Vectors.FmGradient(Input(0)[0], Input(1), op.Vectors),
            "add" => op.Inputs.Select(v => _values.At(v, e)).Aggregate(Vectors.Plus),
            _ => throw new InvalidOperationException($"line {op.Line}: '{op.Name}' is not a gradient per example."),
        };
    }

    private double[] Id(IrOp op, int id) => op.Name switch
    {
        "segment_sum" => SegmentSum(op, id),
        "project_input" => Vectors.TimesTransposed(_values.AtId(op.Inputs[0], id), model.Parameters[op.Parameters[0]]),
        "multiply" => Vectors.Multiply(_values.AtId(op.Inputs[0], id), _values.AtId(op.Inputs[1], id)),
        "quantize_input" => Vectors.Plus(_values.AtId(op.Inputs[0], id), Vectors.Scale(Auxiliary(op.Inputs[1], op.Inputs[2], op.Feature!, id), op.Commitment)),
        "softmax_input" => SoftmaxInput(op, id),
        "penalty" => Vectors.Plus(_values.AtId(op.Inputs[0], id), Vectors.Scale(_values.AtId(op.Inputs[1], id), 2 * op.L2 * Lookups(op.Feature!, id) / _batch.Count)),
        "add" => op.Inputs.Select(v => _values.AtId(v, id)).Aggregate(Vectors.Plus),
        _ => throw new InvalidOperationException($"line {op.Line}: '{op.Name}' is not a gradient per id."),
    };

    private int Lookups(string feature, int id) => _batch.Examples.Sum(e => e.Ids[model.FeatureIndex(feature)].Count(other => other == id));

    // Every occurrence of the id contributes the gradient of its example, divided by the bag's size under mean pooling.
    private double[] SegmentSum(IrOp op, int id)
    {
        int feature = model.FeatureIndex(op.Feature!);
        double[] sum = new double[op.Width];
        for (int e = 0; e < _batch.Count; e++)
        {
            int[] ids = _batch.Examples[e].Ids[feature];
            double[] gradient = _values.At(op.Inputs[0], e);
            foreach (int _ in ids.Where(other => other == id))
            {
                sum = Vectors.Plus(sum, op.Pool == "mean" ? Vectors.Scale(gradient, 1.0 / ids.Length) : gradient);
            }
        }

        return sum;
    }

    private void Accumulate(IrOp op)
    {
        double[,] target = _gradients[op.Target];
        switch (op.Name)
        {
            case "linear_weight":
                for (int e = 0; e < _batch.Count; e++)
                {
                    Vectors.AddOuter(target, _values.At(op.Inputs[0], e), _values.At(op.Inputs[1], e));
                }

                break;
            case "column_sum":
                for (int e = 0; e < _batch.Count; e++)
                {
                    Vectors.AddRow(target, 0, _values.At(op.Inputs[0], e));
                }

                break;
            case "project_weight":
                foreach ((int id, double[] h) in _values.PerId(op.Inputs[0]))
                {
                    Vectors.AddOuter(target, h, _values.AtId(op.Inputs[1], id));
                }

                break;
            case "quantize_codebook":
                string feature = _values.FeatureOf(op.Inputs[0]);
                foreach ((int id, double[] q) in _values.PerId(op.Inputs[0]))
                {
                    int[] codes = model.Codes(op, q, model.Parameters[op.Target], id);
                    double[] pull = Auxiliary(op.Inputs[1], op.Inputs[0], feature, id);
                    for (int c = 0; c < pull.Length; c++)
                    {
                        target[codes[c * codes.Length / pull.Length], op.Quantization!.Column(c, pull.Length)] += pull[c];
                    }
                }

                break;
            case "quantize_average":
                string averaged = _values.FeatureOf(op.Inputs[0]);
                double[,] counts = _gradients[op.Parameters[0]];
                foreach ((int id, double[] q) in _values.PerId(op.Inputs[0]))
                {
                    int[] codes = model.Codes(op, q, model.Parameters[op.Target], id);
                    double[] v = _values.AtId(op.Inputs[1], id);
                    int occurrences = Lookups(averaged).Count(other => other == id);
                    for (int c = 0; c < q.Length; c++)
                    {
                        target[codes[c * codes.Length / q.Length], op.Quantization!.Column(c, q.Length)] += occurrences * (v[c] - q[c]);
                    }

                    for (int part = 0; part < codes.Length; part++)
                    {
                        counts[codes[part], op.Quantization!.Shared ? 0 : part] += occurrences;
                    }
                }

                break;
            case "quantize_statistics":
                string normalized = _values.FeatureOf(op.Inputs[0]);
                double[,] means = model.Parameters[op.Target];
                foreach ((int id, double[] q) in _values.PerId(op.Inputs[0]))
                {
                    (int tier, int occurrences) = (model.TierOf(op, id), Lookups(normalized).Count(other => other == id));
                    for (int part = 0; part < op.Quantization!.TierParts[tier]; part++)
                    {
                        foreach (int k in Enumerable.Range(op.Quantization.First(tier), op.Quantization.Choices[tier]))
                        {
                            double offset = op.Quantization.Score(q, model.Parameters[op.Parameters[0]], tier, part, k) - means[1, k];
                            target[0, k] += occurrences;
                            target[1, k] += occurrences * offset;
                            target[2, k] += occurrences * offset * offset;
                        }
                    }
                }

                break;
            case "softmax_keys":
                ScoreGradients(op, op.Target, op.Parameters[0], (_, query, k, c, column, da) => target[k, column] += da * query[c]);
                break;
            case "softmax_values":
                foreach ((int id, double[] q) in _values.PerId(op.Inputs[0]))
                {
                    int[] codes = model.Codes(op, q, model.Parameters[op.Parameters[0]], id);
                    double[] g = _values.AtId(op.Inputs[1], id);
                    for (int c = 0; c < g.Length; c++)
                    {
                        target[codes[c * codes.Length / g.Length], op.Quantization!.Column(c, g.Length)] += g[c];
                    }
                }

                break;
            case "scatter":
                IrParameter table = model.Declared(op.Target);
                foreach ((int id, double[] g) in _values.PerId(op.Inputs[0]))
                {
                    int row = table.RowOf(id, model.Clusters(op.Target));

                    // The gradient of a cluster's row is the mean over its members in the batch.
                    int members = table.Index == IrIndex.Assignment ? _values.PerId(op.Inputs[0]).Count(p => table.RowOf(p.Key, model.Clusters(op.Target)) == row) : 1;
                    Vectors.AddRow(target, row, Vectors.Scale(g, 1.0 / members));
                    _gradients.Touch(op.Target, row);
                }

                break;
            default:
                throw new InvalidOperationException($"line {op.Line}: '{op.Name}' does not add to a parameter.");
        }
    }

    private double[] SoftmaxInput(IrOp op, int id)
    {
        double[] result = new double[op.Width];
        double[,] keys = model.Parameters[op.Parameters[0]];
        ScoreGradients(op, op.Parameters[0], op.Parameters[1], (_, _, k, c, column, da) => result[c] += da * keys[k, column], id);
        return result;
    }

    // Visits (id, query, row, dimension, column, gradient of the row's score) of every id, or of one.
    private void ScoreGradients(IrOp op, string keys, string values, Action<int, double[], int, int, int, double> visit, int? only = null)
    {
        IrQuantization q = op.Quantization!;
        foreach ((int id, double[] query) in _values.PerId(op.Inputs[0]).Where(p => only is null || p.Key == only))
        {
            int tier = model.TierOf(op, id), width = query.Length / q.TierParts[tier];
            for (int part = 0; part < q.TierParts[tier]; part++)
            {
                double[] gradient = q.ScoreGradient(query, _values.AtId(op.Inputs[1], id), model.Parameters[keys], model.Parameters[values], tier, part, model.Moments(op));
                for (int k = 0; k < gradient.Length; k++)
                {
                    for (int c = part * width; c < (part + 1) * width; c++)
                    {
                        visit(id, query, q.First(tier) + k, c, q.Column(c, query.Length), gradient[k]);
                    }
                }
            }
        }
    }

    // d / d moving of the mean over lookups and dimensions of (moving - still)^2: every occurrence of the id is a lookup.
    private double[] Auxiliary(string moving, string still, string feature, int id)
    {
        int[] lookups = Lookups(feature);
        double[] difference = Vectors.Plus(_values.AtId(moving, id), Vectors.Scale(_values.AtId(still, id), -1));
        return Vectors.Scale(difference, 2.0 * lookups.Count(other => other == id) / (lookups.Length * difference.Length));
    }

    private int[] Lookups(string feature) => [.. _batch.Examples.SelectMany(e => e.Ids[model.FeatureIndex(feature)]).Where(id => id >= 0)];

    private double[] Mask(IrOp op, int e, double[] gradient) => op.Mask is null ? gradient : Positive(gradient, _values.At(op.Mask, e));

    private static double[] Positive(double[] gradient, double[] mask) => [.. gradient.Select((g, i) => mask[i] > 0 ? g : 0)];
}
