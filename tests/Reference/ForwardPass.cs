using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>Evaluates forward operations, one after another and one example (or id) at a time.</summary>
internal sealed class ForwardPass(ReferenceModel model, IReadOnlyList<IrParameter> declared, ReferenceParameters parameters, ReferenceBatch batch)
{
    private readonly Dictionary<string, IrParameter> _declared = declared.ToDictionary(p => p.Name);

    public Values Values { get; } = new();

    /// <summary>The least absolute value that met a ReLU: how far the point is from where the loss has no derivative.</summary>
    public double KinkDistance { get; private set; } = double.PositiveInfinity;

    public ForwardPass Run(IEnumerable<IrOp> ops)
    {
        foreach (IrOp op in ops)
        {
            if (op.Feature is null)
            {
                Values.DefinePerExample(op, batch.Count, e => Example(op, e));
            }
            else
            {
                Values.DefinePerId(op, batch.DistinctIds(model.FeatureIndex(op.Feature)), id => Id(op, id));
            }
        }

        return this;
    }

    private double[] Id(IrOp op, int id) => op.Name switch
    {
        "gather" => Vectors.Row(parameters[op.Parameters[0]], _declared[op.Parameters[0]].RowOf(id, model.Clusters(op.Parameters[0]))),
        "project" => Vectors.Times(Values.AtId(op.Inputs[0], id), parameters[op.Parameters[0]]),
        "quantize" => op.Quantization!.Decode(model.Codes(op, Values.AtId(op.Inputs[0], id), parameters[op.Parameters[op.Quantization!.Temperature > 0 ? 1 : 0]], id), parameters[op.Parameters[0]], op.Width),
        "decode" => op.Quantization!.Decode([.. Vectors.Row(parameters[op.Parameters[0]], id).Select(z => (int)z)], parameters[op.Parameters[1]], op.Width),
        "multiply" => Vectors.Multiply(Values.AtId(op.Inputs[0], id), Values.AtId(op.Inputs[1], id)),
        "add" => op.Inputs.Select(v => Values.AtId(v, id)).Aggregate(Vectors.Plus),
        _ => throw new InvalidOperationException($"line {op.Line}: '{op.Name}' is not an operation per id."),
    };

    private double[] Example(IrOp op, int e)
    {
        double[] Input(int i) => Values.At(op.Inputs[i], e);
        double[,] Parameter(int i) => parameters[op.Parameters[i]];
        return op.Name switch
        {
            "lookup" => Lookup(op, e),
            "numerics" => batch.Examples[e].Numerics,
            "constant" => Vectors.Row(Parameter(0), 0),
            "linear" => Linear(op, Vectors.Times(Input(0), Parameter(0))),
            "relu" => Relu(Input(0)),
            "concat" => [.. op.Inputs.SelectMany(v => Values.At(v, e))],
            "pairs" => Vectors.Pairs(Input(0), op.Vectors),
            "fm" => [Vectors.Pairs(Input(0), op.Vectors).Sum()],
            "multiply" => Vectors.Multiply(Input(0), Input(1)),
            "slice" => Input(0)[op.At..(op.At + op.Width)],
            "add" => op.Inputs.Select(v => Values.At(v, e)).Aggregate(Vectors.Plus),
            "offset" => Vectors.Plus(Input(0), Vectors.Row(Parameter(0), 0)),
            "logistic" => [Logistic(Input(0)[0], batch.Examples[e].Label)],
            "squared" => [(Input(0)[0] - batch.Examples[e].Label) * (Input(0)[0] - batch.Examples[e].Label)],
            "ranking" => [(e | 1) < batch.Count ? Logistic(Values.At(op.Inputs[0], e & ~1)[0] - Values.At(op.Inputs[0], e | 1)[0], 1) : 0],
            _ => throw new InvalidOperationException($"line {op.Line}: '{op.Name}' is not an operation per example."),
        };
    }

    private double[] Lookup(IrOp op, int e)
    {
        int[] ids = batch.Examples[e].Ids[model.FeatureIndex(Values.FeatureOf(op.Inputs[0]))];
        double[] sum = ids.Where(id => id >= 0).Select(id => Values.AtId(op.Inputs[0], id)).Aggregate(new double[op.Width], Vectors.Plus);
        return op.Pool == "mean" && ids.Length > 0 ? Vectors.Scale(sum, 1.0 / ids.Length) : sum;
    }

    private double[] Linear(IrOp op, double[] product)
    {
        double[] sum = op.Parameters.Count > 1 ? Vectors.Plus(product, Vectors.Row(parameters[op.Parameters[1]], 0)) : product;
        return op.Relu ? Relu(sum) : sum;
    }

    private double[] Relu(double[] x)
    {
        KinkDistance = Math.Min(KinkDistance, x.Min(Math.Abs));
        return [.. x.Select(v => Math.Max(v, 0))];
    }

    // log(1 + e^s) - y s, in the form that cannot overflow.
    private static double Logistic(double s, double label) => Math.Max(s, 0) - (s * label) + Math.Log(1 + Math.Exp(-Math.Abs(s)));
}
