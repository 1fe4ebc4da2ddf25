using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Runs an ONNX file of a model over a data set, in blocks, with the inputs that <see cref="OnnxModelBuilder.Ids"/> declares.</summary>
internal static class OnnxScorer
{
    private const int BlockExamples = 4096;

    public static float[] Score(string path, DataSet data, ImmutableArray<Vocabulary> vocabularies)
    {
        using OnnxSession session = OnnxSession.Load(path);
        float[] scores = new float[data.Count];
        for (int first = 0; first < data.Count; first += BlockExamples)
        {
            int count = Math.Min(BlockExamples, data.Count - first);
            var inputs = new List<OnnxTensor>();
            for (int j = 0; j < data.Numerics.Length; j++)
            {
                inputs.Add(OnnxTensor.From(data.Schema.Numerics[j].Name, data.Numerics[j].AsSpan(first, count).ToArray(), count));
            }

            for (int f = 0; f < vocabularies.Length; f++)
            {
                AddFeature(inputs, data.Schema.Categoricals[f], data.Categoricals[f], first, count);
            }

            session.Run(inputs).Values.CopyTo(scores, first);
        }

        return scores;
    }

    /// <summary>Adds the inputs of a feature for some examples.</summary>
    internal static void AddFeature(List<OnnxTensor> inputs, CategoricalFeature feature, KeyColumn column, int first, int count)
    {
        int width = 1;
        for (int i = first; column.Offsets is { } offsets && i < first + count; i++)
        {
            width = Math.Max(width, offsets[i + 1] - offsets[i]);
        }

        bool text = feature.KeyKind == KeyKind.Text;
        string[] texts = text ? new string[count * width] : [];
        long[] integers = text ? [] : new long[count * width];
        long[] buckets = new long[count * width];
        Array.Fill(texts, "");
        Array.Fill(integers, -1);
        for (int i = 0; i < count; i++)
        {
            (int begin, int end) = column.Offsets is { } offsets ? (offsets[first + i], offsets[first + i + 1]) : (first + i, first + i + 1);
            for (int p = begin; p < end; p++)
            {
                int at = (i * width) + p - begin, code = column.Codes[p];
                if (text)
                {
                    texts[at] = column.TextKeys[code];
                    buckets[at] = KeyHash.Bucket(texts[at], feature.Buckets);
                }
                else
                {
                    integers[at] = column.IntegerKeys[code];
                    buckets[at] = KeyHash.Bucket(integers[at], feature.Buckets);
                }
            }
        }

        long[] shape = feature.IsBag ? [count, width] : [count];
        inputs.Add(text ? OnnxTensor.From(feature.Name, texts, shape) : OnnxTensor.From(feature.Name, integers, shape));
        if (feature.OutOfVocabulary == OutOfVocabulary.HashedBucket)
        {
            inputs.Add(OnnxTensor.From(feature.Name + "_bucket", buckets, shape));
        }
    }
}
