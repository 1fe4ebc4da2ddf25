using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>
/// Follows the printed text of an autoencoder literally, in double precision: the loss of a batch of users and the gradient of the item
/// rows. A row that keeps some entries only is given by its support, and its other entries count as zero.
/// </summary>
public sealed class ReferenceAutoencoder
{
    private readonly IrModel _ir;
    private readonly double[][] _rows;
    private readonly bool[][]? _support;
    private readonly int[][] _histories;
    private readonly int[] _outputs;
    private readonly Dictionary<string, double[][]> _values = [];

    /// <summary>A batch of users over given rows.</summary>
    /// <param name="ir">The printed model.</param>
    /// <param name="rows">Trained values of the item rows.</param>
    /// <param name="support">Which entries of each row are kept; null keeps all.</param>
    /// <param name="histories">Items of every user of the batch.</param>
    /// <param name="outputs">Items that are scored; all when null.</param>
    public ReferenceAutoencoder(IrModel ir, double[][] rows, bool[][]? support, int[][] histories, int[]? outputs = null)
    {
        _ir = ir;
        _rows = rows;
        _support = support;
        _histories = histories;
        _outputs = outputs ?? [.. Enumerable.Range(0, rows.Length)];
        foreach (IrOp op in ir.Forward)
        {
            _values[op.Target] = Forward(op);
        }
    }

    /// <summary>The loss: the mean of the last operation over the users.</summary>
    public double Loss => _values[_ir.Forward[^1].Target].Average(v => v[0]);

    /// <summary>The least distance of a score from where the clip has no derivative; infinite without a clip.</summary>
    public double KinkDistance { get; private set; } = double.PositiveInfinity;

    /// <summary>A value of the forward pass, one vector per row, user, or user and output.</summary>
    public double[][] Value(string name) => _values[name];

    /// <summary>The gradient of the loss by the rows.</summary>
    public double[][] Backward()
    {
        double[][] gradient = [.. _rows.Select(row => new double[row.Length])];
        foreach (IrOp op in _ir.Backward)
        {
            if (!op.Accumulates)
            {
                _values[op.Target] = Backward(op);
                continue;
            }

            double[][] add = Masked(_values[op.Inputs[0]]);
            gradient = [.. gradient.Zip(add, Vectors.Plus)];
        }

        return gradient;
    }

    private double[][] Forward(IrOp op)
    {
        double[][] Input(int i) => _values[op.Inputs[i]];
        return op.Name switch
        {
            "gather" => Masked(_rows),
            "normalize" => [.. Input(0).Select(a => Vectors.Scale(a, 1 / Norm(a)))],
            "history_sum" => [.. _histories.Select(h => h.Select(i => Input(0)[i]).Aggregate(new double[op.Width], Vectors.Plus))],
            "similarity" => [.. Input(0).Select((h, u) => _outputs.Select(i => Dot(h, Input(1)[i]) - (_histories[u].Contains(i) ? 1 : 0)).ToArray())],
            "clip" => [.. Input(0).Select(y => y.Select(s => Clip(op, s)).ToArray())],
            "cosine" => [.. Input(0).Select((y, u) => new[] { (2 - (2 * Cosine(y, u))) / _outputs.Length })],
            _ => throw new InvalidOperationException($"line {op.Line}: '{op.Name}' is no operation of an autoencoder."),
        };
    }

    private double[][] Backward(IrOp op)
    {
        double[][] Input(int i) => _values[op.Inputs[i]];
        return op.Name switch
        {
            "cosine_gradient" => [.. Input(0).Select(CosineGradient)],
            "clip_gradient" => [.. Input(0).Select((g, u) => g.Select((s, o) => Input(1)[u][o] > 0 && (op.Most == 0 || Input(1)[u][o] < op.Most) ? s : 0).ToArray())],
            "similarity_user" => [.. Input(0).Select(g => g.Select((s, o) => Vectors.Scale(Input(1)[_outputs[o]], s)).Aggregate(Vectors.Plus))],
            "similarity_row" => PerRow(op.Width, (u, o) => Vectors.Scale(Input(1)[u], Input(0)[u][o])),
            "history_spread" => Spread(Input(0), op.Width),
            "add" => op.Inputs.Select(name => _values[name]).Aggregate((a, b) => [.. a.Zip(b, Vectors.Plus)]),
            "normalize_gradient" => [.. Input(0).Select((g, i) => NormalizeGradient(g, Input(1)[i], Input(2)[i]))],
            _ => throw new InvalidOperationException($"line {op.Line}: '{op.Name}' is no gradient of an autoencoder."),
        };
    }

    private double[][] Masked(double[][] rows) => _support is null ? rows : [.. rows.Select((row, i) => row.Select((v, j) => _support[i][j] ? v : 0).ToArray())];

    private double Clip(IrOp op, double score)
    {
        KinkDistance = Math.Min(KinkDistance, Math.Min(Math.Abs(score), op.Most == 0 ? double.PositiveInfinity : Math.Abs(score - op.Most)));
        return Math.Min(Math.Max(score, 0), op.Most == 0 ? double.PositiveInfinity : op.Most);
    }

    private double[] Target(int user)
    {
        double[] x = [.. _outputs.Select(i => _histories[user].Contains(i) ? 1.0 : 0)];
        return Vectors.Scale(x, 1 / Norm(x));
    }

    private double Cosine(double[] y, int user) => Dot(y, Target(user)) / Norm(y);

    // d/dy of (2 - 2 cos) / outputs, the loss being its mean over the users.
    private double[] CosineGradient(double[] y, int user)
    {
        double[] z = Vectors.Scale(y, 1 / Norm(y)), t = Target(user);
        double[] difference = Vectors.Plus(Vectors.Scale(z, Dot(z, t)), Vectors.Scale(t, -1));
        return Vectors.Scale(difference, 2 / (Norm(y) * _histories.Length * _outputs.Length));
    }

    private static double[] NormalizeGradient(double[] g, double[] n, double[] a) =>
        Vectors.Scale(Vectors.Plus(g, Vectors.Scale(n, -Dot(n, g))), 1 / Norm(a));

    private double[][] PerRow(int width, Func<int, int, double[]> part)
    {
        double[][] sum = [.. _rows.Select(_ => new double[width])];
        for (int u = 0; u < _histories.Length; u++)
        {
            for (int o = 0; o < _outputs.Length; o++)
            {
                sum[_outputs[o]] = Vectors.Plus(sum[_outputs[o]], part(u, o));
            }
        }

        return sum;
    }

    private double[][] Spread(double[][] g, int width)
    {
        double[][] sum = [.. _rows.Select(_ => new double[width])];
        for (int u = 0; u < _histories.Length; u++)
        {
            foreach (int item in _histories[u])
            {
                sum[item] = Vectors.Plus(sum[item], g[u]);
            }
        }

        return sum;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double Norm(double[] a) => Math.Max(Math.Sqrt(Dot(a, a)), 1e-12);
}
