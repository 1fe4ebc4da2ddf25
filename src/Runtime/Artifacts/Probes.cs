using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// A small data set made from a model's own vocabularies, to compare an artefact with the model after writing: known values from
/// head to tail, unknown ones where the policy allows them, empty bags and bags with repetitions.
/// </summary>
internal static class Probes
{
    private const int Examples = 64;

    public static DataSet<TModel> Create<TModel>(CollapsedWeights weights)
        where TModel : class, IEmbeddingModel<TModel>
    {
        ModelSchema schema = TModel.Schema;
        var builder = new DataSetBuilder(schema, "probes");
        long?[] newIntegers = [.. weights.Vocabularies.Select(UnknownInteger)];
        for (int i = 0; i < Examples; i++)
        {
            if (!schema.IsImplicit)
            {
                builder.AddLabel(i % 2);
            }

            if (schema.Timestamp is not null)
            {
                builder.AddAnyTimestamp();
            }

            for (int j = 0; j < schema.Numerics.Length; j++)
            {
                NumericScaling scaling = weights.Scalings[j];
                float deviation = scaling.InverseDeviation > 0 ? 1 / scaling.InverseDeviation : 1;
                builder.AddNumeric(j, scaling.Mean + (deviation * (((i * (j + 3)) % 7) - 3) / 3));
            }

            for (int f = 0; f < schema.Categoricals.Length; f++)
            {
                AddFeature(builder, schema.Categoricals[f], weights.Vocabularies[f], newIntegers[f], f, i);
            }

            builder.EndExample();
        }

        return DataSet<TModel>.FromBuilder(builder);
    }

    private static void AddFeature(DataSetBuilder builder, CategoricalFeature feature, Vocabulary vocabulary, long? newInteger, int f, int i)
    {
        if (!feature.IsBag)
        {
            AddKey(builder, feature, vocabulary, newInteger, f, i, bag: false);
            return;
        }

        builder.BeginBag(f);
        for (int k = 0; k < i % 4; k++)
        {
            AddKey(builder, feature, vocabulary, newInteger, f, k == 2 ? i : i + k, bag: true);
        }

        builder.EndBag(f);
    }

    private static void AddKey(DataSetBuilder builder, CategoricalFeature feature, Vocabulary vocabulary, long? newInteger, int f, int i, bool bag)
    {
        bool mayBeUnknown = feature.OutOfVocabulary != OutOfVocabulary.Error && (feature.KeyKind == KeyKind.Text || newInteger is not null);
        bool unknown = (i % 8 == 7 && mayBeUnknown) || vocabulary.Count == 0;
        int id = (int)((long)i * (vocabulary.Count - 1) / (Examples + 3)) % Math.Max(1, vocabulary.Count);
        if (feature.KeyKind == KeyKind.Text)
        {
            string key = unknown ? $"probe {i}" : vocabulary.TextKeys[id];
            if (bag)
            {
                builder.AddToBag(f, key);
            }
            else
            {
                builder.AddKey(f, key);
            }

            return;
        }

        long value = unknown ? newInteger ?? 0 : feature.Cardinality > 0 ? id : vocabulary.IntegerKeys[id];
        if (bag)
        {
            builder.AddToBag(f, value);
        }
        else
        {
            builder.AddKey(f, value);
        }
    }

    /// <summary>
    /// An integer that a vocabulary lacks and that the property's type can hold, which is known by its keys alone: the highest one
    /// below the power of two above the greatest key. Null when there is none, as with a fixed cardinality.
    /// </summary>
    private static long? UnknownInteger(Vocabulary vocabulary)
    {
        if (vocabulary.Feature.KeyKind != KeyKind.Integer || vocabulary.Feature.Cardinality > 0)
        {
            return null;
        }

        HashSet<long> known = [.. vocabulary.IntegerKeys];
        long greatest = long.Max(known.Count > 0 ? known.Max() : 0, sbyte.MaxValue);
        long candidate = long.MaxValue >>> (BitOperations.LeadingZeroCount((ulong)greatest) - 1);
        while (candidate >= 0 && known.Contains(candidate))
        {
            candidate--;
        }

        return candidate >= 0 ? candidate : null;
    }
}
