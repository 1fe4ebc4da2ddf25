using System;
using ModelGen.Compiled;

namespace ModelGen.Tests.Support;

/// <summary>
/// Random examples of any model, from its description: skewed keys, empty bags, repeated keys inside a bag, and keys that occur once,
/// so that features with a minimal count have unknown values in training.
/// </summary>
internal static class RandomData
{
    // Above all known keys where new ones are asked for, and within a byte, the smallest type of a key.
    private const int FirstUnknown = 200;

    /// <summary>Examples of a model.</summary>
    /// <param name="count">Examples.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="keys">Distinct keys of the first categorical input; the others have fewer.</param>
    /// <param name="unknown">Whether keys that no other data has are mixed in where the feature accepts them.</param>
    public static DataSet<T> Create<T>(int count, int seed, int keys = 700, bool unknown = false)
        where T : class, IEmbeddingModel<T>
    {
        ModelSchema schema = T.Schema;
        Random random = new(seed);
        DataSetBuilder builder = new(schema, "random data");
        for (int i = 0; i < count; i++)
        {
            if (!schema.IsImplicit)
            {
                double value = schema.Loss == Loss.BinaryCrossEntropy ? random.Next(2) : (4 * random.NextDouble()) - 1;
                builder.AddLabel((float)value);
            }

            for (int j = 0; j < schema.Numerics.Length; j++)
            {
                builder.AddNumeric(j, (float)((6 * random.NextDouble()) - 1.5));
            }

            for (int f = 0; f < schema.Categoricals.Length; f++)
            {
                AddFeature(builder, schema.Categoricals[f], f, f == 0 ? keys : Math.Min(keys, 40 + (3 * f)), random, unknown);
            }

            builder.EndExample();
        }

        return DataSet<T>.FromBuilder(builder);
    }

    private static void AddFeature(DataSetBuilder builder, CategoricalFeature feature, int f, int keys, Random random, bool unknown)
    {
        // Two ids are those of a bool, which has no third value.
        unknown &= feature.OutOfVocabulary != OutOfVocabulary.Error && feature.Cardinality != 2;
        if (!feature.IsBag)
        {
            AddKey(builder, feature, f, Draw(feature, keys, random, unknown), bag: false);
            return;
        }

        builder.BeginBag(f);
        int length = random.Next(5), first = 0;
        for (int i = 0; i < length; i++)
        {
            int key = i > 0 && random.Next(4) == 0 ? first : Draw(feature, keys, random, unknown);
            first = i == 0 ? key : first;
            AddKey(builder, feature, f, key, bag: true);
        }

        builder.EndBag(f);
    }

    private static int Draw(CategoricalFeature feature, int keys, Random random, bool unknown)
    {
        int known = feature.Cardinality > 0 ? (int)Math.Min(keys, feature.Cardinality) : keys;
        return unknown && random.Next(6) == 0
            ? (int)Math.Max(feature.Cardinality, FirstUnknown) + random.Next(50)
            : (int)(known * Math.Pow(random.NextDouble(), 1.5));
    }

    private static void AddKey(DataSetBuilder builder, CategoricalFeature feature, int f, int key, bool bag)
    {
        switch (feature.KeyKind, bag)
        {
            case (KeyKind.Text, true): builder.AddToBag(f, Text(key)); break;
            case (KeyKind.Text, false): builder.AddKey(f, Text(key)); break;
            case (_, true): builder.AddToBag(f, (long)key); break;
            default: builder.AddKey(f, (long)key); break;
        }
    }

    // Not only ASCII, so that the hash and the text encoding of every artefact are met.
    private static string Text(int key) => key % 3 == 0 ? $"ключ {key}" : $"key-{key}";
}
