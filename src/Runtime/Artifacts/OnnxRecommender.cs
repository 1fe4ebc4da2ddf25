using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Runs an ONNX file that ranks a catalogue, for one query at a time.</summary>
internal static class OnnxRecommender
{
    /// <summary>The list for a query.</summary>
    /// <param name="session">The loaded file.</param>
    /// <param name="query">The inputs; the item among them is not read.</param>
    /// <param name="excluded">Ids of the items that are left out.</param>
    /// <param name="count">Items wanted.</param>
    /// <param name="vocabularies">One per categorical input.</param>
    public static ImmutableArray<Recommendation> Run(OnnxSession session, DataSet query, int[] excluded, int count, ImmutableArray<Vocabulary> vocabularies)
    {
        ModelSchema schema = query.Schema;
        int item = schema.Require(FeatureRole.Item, "A recommendation");
        Vocabulary items = vocabularies[item];
        List<OnnxTensor> inputs = [];
        for (int j = 0; j < schema.Numerics.Length; j++)
        {
            inputs.Add(OnnxTensor.From(schema.Numerics[j].Name, [query.Numerics[j][0]], 1));
        }

        for (int f = 0; f < schema.Categoricals.Length; f++)
        {
            if (f != item)
            {
                OnnxScorer.AddFeature(inputs, schema.Categoricals[f], query.Categoricals[f], 0, 1);
            }
        }

        inputs.Add(schema.Categoricals[item].KeyKind == KeyKind.Text
            ? OnnxTensor.From("exclude", [.. excluded.Select(id => items.TextKeys[id])], excluded.Length)
            : OnnxTensor.From("exclude", [.. excluded.Select(id => items.IntegerKeys.Length > 0 ? items.IntegerKeys[id] : id)], excluded.Length));
        inputs.Add(OnnxTensor.From("count", [(long)count], 1));
        (Array Values, long[] Shape)[] outputs = session.Run(inputs, ["items", "scores"]);
        float[] scores = (float[])outputs[1].Values;
        string[] keys = outputs[0].Values as string[] ?? [.. ((long[])outputs[0].Values).Select(k => k.ToString(CultureInfo.InvariantCulture))];
        return [.. keys.Select((key, i) => new Recommendation(outputs[0].Values is string[] ? items.Find(key) : items.Find(((long[])outputs[0].Values)[i]), key, scores[i]))];
    }
}
