using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Tests;

/// <summary>Data for the tests of training.</summary>
internal static class TestData
{
    /// <summary>Examples with text columns and numeric columns.</summary>
    public static DataSet<T> Create<T>(string[][] texts, float[][] numerics, float[] labels)
        where T : Example, IEmbeddingModel<T>, new() => DataSet<T>.FromExamples(Enumerable.Range(0, labels.Length).Select(
            i => new T { Label = labels[i], Numerics = [.. numerics.Select(n => n[i])], Texts = [.. texts.Select(t => t[i])] }));

    /// <summary>Clicks that depend on the item and on x, so that there is something to learn; item 0 is the most frequent one.</summary>
    public static DataSet<T> Clicks<T>(int count, int items = 400, int seed = 7)
        where T : Example, IEmbeddingModel<T>, new()
    {
        Random random = new(seed);
        string[] keys = new string[count];
        float[] x = new float[count];
        float[] labels = new float[count];
        for (int i = 0; i < count; i++)
        {
            int item = Math.Min(random.Next(items), random.Next(items));
            keys[i] = $"item {item}";
            x[i] = random.NextSingle() * 10;
            double logit = (item % 2 == 0 ? 2 : -2) + 0.3 * (x[i] - 5);
            labels[i] = random.NextDouble() < 1 / (1 + Math.Exp(-logit)) ? 1 : 0;
        }

        return Create<T>([keys], [x], labels);
    }

    /// <summary>All values of a trained state, for comparison to the bit.</summary>
    public static float[] Bits<T>(TrainedModel<T> model)
        where T : class, IEmbeddingModel<T> =>
        [.. model.State.Tables.SelectMany(t => t.Values.Span(0, (int)t.Values.Length).ToArray()),
            .. model.State.Dense.Span(0, (int)model.State.Dense.Length).ToArray(),
            .. model.State.Transposed.Span(0, (int)model.State.Transposed.Length).ToArray()];
}
