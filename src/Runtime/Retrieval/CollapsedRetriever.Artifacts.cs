using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

public sealed partial class CollapsedRetriever<TModel>
{
    private const int Probes = 16;

    /// <summary>
    /// Writes an ONNX file of standard operators and runs it once beside this model where ONNX Runtime is found. Input: the item feature, keys
    /// of histories [batch, items], filled up with -1 or "". Outputs: "items" (ids) and "scores", each [batch, count], best first; the
    /// places behind the last candidate have the score minus infinity.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="count">Length of the lists, 1 to the number of items.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is out of range.</exception>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    /// <exception cref="ArtifactMismatchException">The file was run and recommends otherwise than this model.</exception>
    public ArtifactReport SaveOnnx(string path, int count = 100)
    {
        if (count < 1 || count > Weights.Rows.Rows)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Lists of {count} items are not possible; there are {Weights.Rows.Rows} items.");
        }

        var onnx = new OnnxModelBuilder(TModel.Schema.Name);
        TModel.BuildOnnx(onnx, Weights, count);
        long bytes = onnx.Save(path);
        if (!OnnxRuntimeLibrary.TryLoad(out string whyNot))
        {
            return new ArtifactReport(path, bytes, null, whyNot);
        }

        int[][] histories = ProbeHistories();
        return Verified(path, bytes, histories, RecommendOnnx(path, histories, count).Select((list, p) => (Expected: Recommend(histories[p], count), Actual: list)));
    }

    /// <summary>The lists that an ONNX file of this model gives for histories of item ids.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime is not found, or refuses the file or an input.</exception>
    public Recommendation[][] RecommendOnnx(string path, IReadOnlyList<int[]> histories, int count)
    {
        ArgumentNullException.ThrowIfNull(histories);
        using OnnxSession session = OnnxSession.Load(path);
        int width = Math.Max(1, histories.Max(h => h.Length));
        bool text = Items.Feature.KeyKind == KeyKind.Text;
        string[] texts = new string[text ? histories.Count * width : 0];
        long[] integers = new long[text ? 0 : histories.Count * width];
        Array.Fill(texts, "");
        Array.Fill(integers, -1);
        for (int h = 0; h < histories.Count; h++)
        {
            for (int j = 0; j < histories[h].Length; j++)
            {
                int item = histories[h][j], at = (h * width) + j;
                if (text)
                {
                    texts[at] = Items.TextKeys[item];
                }
                else
                {
                    integers[at] = Items.Feature.Cardinality > 0 ? item : Items.IntegerKeys[item];
                }
            }
        }

        OnnxTensor input = text ? OnnxTensor.From(Items.Feature.Name, texts, histories.Count, width) : OnnxTensor.From(Items.Feature.Name, integers, histories.Count, width);
        float[] scores = session.Run([input], "scores").Values, items = session.Run([input], "item_numbers").Values;
        return [.. Enumerable.Range(0, histories.Count).Select(h => Enumerable.Range(h * count, count)
            .Where(at => scores[at] > float.NegativeInfinity).Select(at => new Recommendation((int)items[at], Items.KeyText((int)items[at]), scores[at])).ToArray())];
    }

    /// <summary>
    /// Compiles the stand-alone inference assembly, rows inside, and compares it with this model. It references the framework only; its one
    /// public class, named after the model with "Retriever" behind, recommends for a history of item ids without allocation.
    /// </summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    /// <exception cref="ArtifactMismatchException">The assembly recommends otherwise than this model.</exception>
    public ArtifactReport SaveAssembly(string path)
    {
        long bytes = AssemblyCompiler.Compile(path, TModel.InferenceSource, [("weights", WeightsImage.Resource(Weights.Describe(), [Weights.Items]))]);
        int[][] histories = ProbeHistories();
        int count = int.Min(100, Weights.Rows.Rows);
        using var assembly = new RetrieverAssembly(path);
        return Verified(path, bytes, histories, histories.Select(h => (Recommend(h, count), assembly.Recommend(h, count, Items))));
    }

    private int[][] ProbeHistories() => [.. Enumerable.Range(0, Probes).Select(p =>
        Enumerable.Range(0, p).Select(j => (int)(((long)(p + 1) * (j + 1) * 7919) % Weights.Rows.Rows)).Distinct().ToArray())];

    // Scores are sums in another order, and equal scores may change places: the scores of the lists are compared place by place.
    private static ArtifactReport Verified(string path, long bytes, int[][] histories, IEnumerable<(Recommendation[] Expected, Recommendation[] Actual)> lists)
    {
        float difference = 0, tolerance = 1e-5f * histories.Max(h => h.Length + 1);
        foreach ((Recommendation[] expected, Recommendation[] actual) in lists)
        {
            if (expected.Length != actual.Length)
            {
                throw new ArtifactMismatchException(path, float.PositiveInfinity, tolerance);
            }

            for (int i = 0; i < expected.Length; i++)
            {
                float d = Math.Abs(expected[i].Score - actual[i].Score);
                difference = float.IsNaN(d) ? float.PositiveInfinity : Math.Max(difference, d);
            }
        }

        return difference <= tolerance ? new ArtifactReport(path, bytes, difference, null) : throw new ArtifactMismatchException(path, difference, tolerance);
    }
}
