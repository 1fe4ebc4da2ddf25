using System;
using System.Linq;

namespace ModelGen.Reference.Tests;

/// <summary>Random parameters and batches.</summary>
internal static class Samples
{
    /// <summary>Fills every parameter with normal values.</summary>
    public static ReferenceModel Fill(this ReferenceModel model, Random random, double deviation = 0.5)
    {
        foreach (string name in model.Parameters.Names)
        {
            double[,] values = model.Parameters[name];
            for (int r = 0; r < values.GetLength(0); r++)
            {
                for (int c = 0; c < values.GetLength(1); c++)
                {
                    values[r, c] = deviation * Normal(random);
                }
            }
        }

        return model;
    }

    /// <summary>
    /// A batch with, in every single-value feature, repeated and unknown ids, and in every bag, an empty bag and repeated ids
    /// (where there are examples enough). The highest id always occurs so that last rows are read.
    /// </summary>
    public static ReferenceBatch Batch(IrModel ir, int[] ids, Random random, int examples)
    {
        int numerics = ir.Forward.FirstOrDefault(op => op.Name == "numerics")?.Width ?? 0;
        return new ReferenceBatch([.. Enumerable.Range(0, examples).Select(e => new ReferenceExample(
            e % 2, [.. Enumerable.Range(0, numerics).Select(_ => Normal(random))],
            [.. ir.Features.Select((feature, f) => Ids(IsBag(ir, feature), ids[f], random, e + f))]))]);
    }

    public static bool IsBag(IrModel ir, string feature) => ir.Forward.Any(op =>
        op.Name == "lookup" && op.Pool != "none" && ir.Forward.First(o => o.Target == op.Inputs[0]).Feature == feature);

    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static int[] Ids(bool bag, int count, Random random, int turn) => (bag, turn % 5) switch
    {
        (false, 0) => [-1],
        (false, 1 or 2) => [count - 1],
        (false, _) => [random.Next(count)],
        (true, 0) => [],
        (true, 1) => [0, count - 1, 0],
        (true, 2) => [random.Next(count), random.Next(count), random.Next(count), random.Next(count)],
        (true, _) => [random.Next(count)],
    };
}
