using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>The update rules.</summary>
public enum ReferenceRule
{
    /// <summary>w -= rate g.</summary>
    Sgd,

    /// <summary>a += g^2; w -= rate g / (sqrt(a) + epsilon).</summary>
    Adagrad,

    /// <summary>Adagrad with one accumulator per table row, the mean of g^2 over the row; element-wise on dense parameters.</summary>
    RowWiseAdagrad,

    /// <summary>Adam, lazy on table rows, bias correction of the global step.</summary>
    Adam,

    /// <summary>Adam with Nesterov momentum and the 0.96^(t decay) schedule, lazy on table rows.</summary>
    NAdam,
}

/// <summary>Rule and constants of an optimiser.</summary>
/// <param name="Rule">Update rule.</param>
/// <param name="TableRate">Rate of group table.</param>
/// <param name="FactorRate">Rate of group factor.</param>
/// <param name="TowerRate">Rate of group tower.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Beta1">First-moment decay (Adam, NAdam).</param>
/// <param name="Beta2">Second-moment decay (Adam, NAdam).</param>
/// <param name="Lazy">Whether table rows that no id of the batch reads rest.</param>
/// <param name="MomentumDecay">Speed of the momentum schedule (NAdam).</param>
public sealed record ReferenceRates(
    ReferenceRule Rule, double TableRate, double FactorRate, double TowerRate, double Epsilon = 0, double Beta1 = 0.9, double Beta2 = 0.999,
    bool Lazy = true, double MomentumDecay = 1);

/// <summary>
/// Applies gradients to a model. Under a lazy rule a table row changes only in steps whose batch reads it, a factor only in steps whose batch has
/// a known id of its feature, every other dense parameter in every step.
/// </summary>
public sealed class ReferenceOptimizer(ReferenceModel model, ReferenceRates rates)
{
    private readonly Dictionary<string, double[][,]> _state = model.Ir.Parameters.ToDictionary(p => p.Name, p => NewState(p, model.Parameters[p.Name], rates.Rule));
    private double _momentProduct = 1;

    /// <summary>Steps taken.</summary>
    public int Steps { get; private set; }

    /// <summary>
    /// State of a parameter: none for SGD, the accumulator for Adagrad (one column for a table under row-wise Adagrad), first and
    /// second moment for Adam and NAdam.
    /// </summary>
    public IReadOnlyList<double[,]> State(string parameter) => _state[parameter];

    /// <summary>Takes one step.</summary>
    public void Step(ReferenceGradients gradients)
    {
        Steps++;
        _momentProduct *= Momentum(Steps);
        foreach (IrParameter parameter in model.Ir.Parameters.Where(p => p.Group != IrGroup.Average))
        {
            double[,] values = model.Parameters[parameter.Name];
            bool skipped = parameter.Group == IrGroup.Fixed || (parameter.Group == IrGroup.Factor && !gradients.ActiveFeatures.Contains(model.FactorFeature(parameter.Name)));
            IEnumerable<int> rows = parameter.IsTable && rates.Lazy ? gradients.Touched(parameter.Name) : skipped ? [] : Enumerable.Range(0, values.GetLength(0));
            foreach (int row in rows)
            {
                UpdateRow(parameter, values, gradients[parameter.Name], row);
            }
        }

        foreach (IrOp op in model.Ir.Backward.Where(op => op.Name == "quantize_average" && gradients.ActiveFeatures.Contains(model.FactorFeature(op.Target))))
        {
            Average(op, gradients[op.Target], gradients[op.Parameters[0]]);
        }

        foreach (IrOp op in model.Ir.Backward.Where(op => op.Name == "quantize_statistics" && gradients.ActiveFeatures.Contains(model.FactorFeature(op.Target))))
        {
            Normalize(op, model.Parameters[op.Target], gradients[op.Target]);
        }
    }

    // Running mean and variance of the scores of each centroid, as averages of those of the batches that had any.
    private static void Normalize(IrOp op, double[,] moments, double[,] sums)
    {
        for (int k = 0; k < moments.GetLength(1); k++)
        {
            if (sums[0, k] > 0)
            {
                double offset = sums[1, k] / sums[0, k], variance = (sums[2, k] / sums[0, k]) - (offset * offset), before = op.Decay * moments[0, k];
                double mean = moments[1, k] + offset, weight = before + 1 - op.Decay;
                moments[1, k] = ((before * moments[1, k]) + ((1 - op.Decay) * mean)) / weight;
                moments[2, k] = ((before * moments[2, k]) + ((1 - op.Decay) * variance)) / weight;
                moments[0, k] = weight;
            }
        }
    }

    // N = decay N + (1 - decay) n and C = S / N with S = decay S + (1 - decay) s; the gradient holds n C - s.
    private void Average(IrOp op, double[,] differences, double[,] chosen)
    {
        (double[,] codebook, double[,] counts) = (model.Parameters[op.Target], model.Parameters[op.Parameters[0]]);
        int width = codebook.GetLength(1) / counts.GetLength(1);
        for (int k = 0; k < codebook.GetLength(0); k++)
        {
            for (int part = 0; part < counts.GetLength(1); part++)
            {
                double before = counts[k, part], n = chosen[k, part];
                double after = counts[k, part] = (op.Decay * before) + ((1 - op.Decay) * n);
                for (int c = part * width; c < (part + 1) * width && n > 0; c++)
                {
                    double sum = (n * codebook[k, c]) - differences[k, c];
                    codebook[k, c] = ((op.Decay * before * codebook[k, c]) + ((1 - op.Decay) * sum)) / after;
                }
            }
        }
    }

    private static double[][,] NewState(IrParameter parameter, double[,] values, ReferenceRule rule)
    {
        int rows = values.GetLength(0), columns = values.GetLength(1);
        return rule switch
        {
            ReferenceRule.Sgd => [],
            ReferenceRule.RowWiseAdagrad when parameter.IsTable => [new double[rows, 1]],
            ReferenceRule.Adagrad or ReferenceRule.RowWiseAdagrad => [new double[rows, columns]],
            _ => [new double[rows, columns], new double[rows, columns]],
        };
    }

    private void UpdateRow(IrParameter parameter, double[,] values, double[,] gradient, int row)
    {
        double rate = parameter.Group switch
        {
            IrGroup.Table => rates.TableRate,
            IrGroup.Factor => rates.FactorRate,
            _ => rates.TowerRate,
        };
        double[][,] state = _state[parameter.Name];
        bool rowWise = rates.Rule == ReferenceRule.RowWiseAdagrad && parameter.IsTable;
        if (rowWise)
        {
            state[0][row, 0] += Vectors.Row(gradient, row).Average(g => g * g);
        }

        for (int c = 0; c < values.GetLength(1); c++)
        {
            double g = gradient[row, c];
            values[row, c] -= rate * (rates.Rule switch
            {
                ReferenceRule.Sgd => g,
                ReferenceRule.Adagrad or ReferenceRule.RowWiseAdagrad when !rowWise => g / (Math.Sqrt(state[0][row, c] += g * g) + rates.Epsilon),
                ReferenceRule.RowWiseAdagrad => g / (Math.Sqrt(state[0][row, 0]) + rates.Epsilon),
                _ => Moments(state, row, c, g),
            });
            values[row, c] = parameter.NonNegative ? Math.Max(0, values[row, c]) : values[row, c];
        }
    }

    private double Moments(double[][,] state, int row, int c, double g)
    {
        double m = state[0][row, c] = (rates.Beta1 * state[0][row, c]) + ((1 - rates.Beta1) * g);
        double v = state[1][row, c] = (rates.Beta2 * state[1][row, c]) + ((1 - rates.Beta2) * g * g);
        double second = v / (1 - Math.Pow(rates.Beta2, Steps));
        double first = m / (1 - Math.Pow(rates.Beta1, Steps));
        if (rates.Rule == ReferenceRule.NAdam)
        {
            double now = Momentum(Steps), next = Momentum(Steps + 1);
            first = (next * m / (1 - (_momentProduct * next))) + ((1 - now) * g / (1 - _momentProduct));
        }

        return first / (Math.Sqrt(second) + rates.Epsilon);
    }

    // The momentum of step t under NAdam's schedule.
    private double Momentum(int t) => rates.Beta1 * (1 - (0.5 * Math.Pow(0.96, t * rates.MomentumDecay)));
}
