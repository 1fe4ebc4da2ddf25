using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests.Support;

/// <summary>Trains a compiled model and the reference on the same batches and compares losses, parameters and scores.</summary>
internal static class Parity
{
    /// <summary>
    /// Bound on the difference of a parameter after a few steps. Parameters are below 2 and rounded once per step (1e-7 each); a
    /// gradient is a mean over the batch, exact to about 1e-7 of its greatest terms, which an adaptive rule multiplies by at most
    /// rate / epsilon = 3. The measured differences are a tenth of it.
    /// </summary>
    public const double Tolerance = 2e-6;

    public static void Check<T>(int[] batches, int keys, int seed, string message, double tolerance = Tolerance)
        where T : class, IEmbeddingModel<T>
    {
        int count = batches.Sum();
        DataSet<T> data = RandomData.Create<T>(count, seed, keys);
        using Session<T> session = new(data, batches.Max());
        ReferenceTwin twin = new(session.State, data, typeof(T));
        int[] order = ShuffleOrder.Create(count, 5, 0);
        double[] losses = session.Train(order, batches);
        int at = 0;
        for (int b = 0; b < batches.Length; b++)
        {
            double expected = twin.Step(order.AsSpan(at, batches[b]));
            at += batches[b];
            Assert.AreEqual(expected, losses[b], 1e-5 * Math.Max(1, expected), $"{message}: loss of step {b + 1}");
        }

        (double difference, string name) = twin.Worst();
        Assert.IsTrue(difference <= tolerance, $"{message}: {name} differs by {difference:g3}.");

        // The scores of the trained state, which the scorer computes with code of its own.
        int[] scored = [.. Enumerable.Range(0, Math.Min(count, 70))];
        float[] scores = session.Model.Score(data.Select(scored));
        double[] raw = [.. twin.Model.Forward(twin.Batch(scored)).Scores];
        for (int i = 0; i < raw.Length; i++)
        {
            double expected = T.Schema.Loss == Loss.BinaryCrossEntropy ? 1 / (1 + Math.Exp(-raw[i])) : raw[i];
            Assert.AreEqual(expected, scores[i], 10 * tolerance * Math.Max(1, Math.Abs(expected)), $"{message}: score of example {i}");
        }
    }
}
