using System;
using System.Collections.Immutable;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Tests;

/// <summary>Small schemas, features and weights for the tests of the artefacts.</summary>
internal static class ArtifactModels
{
    public static CategoricalFeature Feature(
        string name, KeyKind keys = KeyKind.Text, OutOfVocabulary unknown = OutOfVocabulary.Error, bool isBag = false,
        Pooling pooling = Pooling.Mean, int buckets = 4, long cardinality = 0) => new()
    {
        Name = name,
        Column = name,
        KeyKind = keys,
        IsBag = isBag,
        Pooling = pooling,
        OutOfVocabulary = unknown,
        MinCount = 1,
        Cardinality = cardinality,
        Buckets = buckets,
        Separator = '|',
        VectorStride = 16,
        FactorOffset = 0,
        FactorFloats = 0,
    };

    public static ModelSchema Schema(NumericFeature[] numerics, params CategoricalFeature[] categoricals) => new()
    {
        Name = "Clicks",
        Fingerprint = "f00d",
        Loss = Loss.BinaryCrossEntropy,
        LabelColumn = "Label",
        Numerics = [.. numerics],
        Categoricals = [.. categoricals],
        Tables = [],
        Dense = [],
        DenseFloats = 0,
        FactorOffset = 0,
        TransposedFloats = 0,
        TileFloats = 0,
        Optimizer = new OptimizerSchema(OptimizerKind.Sgd, 0.1f, 0, 0, 0, 0, 0),
        Ir = "",
    };

    public static NativeFloats Random(long count, int seed)
    {
        var random = new Random(seed);
        var values = new NativeFloats(count);
        for (long i = 0; i < count; i++)
        {
            values.At(i) = (float)(random.NextDouble() * 2 - 1);
        }

        return values;
    }

    public static CollapsedTable Table(string name, int feature, RowIndex index, int modulus, long rows, int width, int seed) =>
        new(name, feature, index, modulus, rows, width, Random(rows * width, seed));

    /// <summary>A model with a text, an integer and a fixed feature, a quotient-remainder pair and one numeric input.</summary>
    public static CollapsedWeights Weights()
    {
        CategoricalFeature user = Feature("User", unknown: OutOfVocabulary.SharedRow);
        CategoricalFeature item = Feature("Item", KeyKind.Integer, OutOfVocabulary.HashedBucket);
        CategoricalFeature hour = Feature("Hour", KeyKind.Integer, cardinality: 24);
        ModelSchema schema = Schema([new NumericFeature("Age", "Age", Transform.Standardize)], user, item, hour);
        string[] users = ["anna", "", "böb", "日本"];
        long[] items = [7, -3, long.MaxValue];
        return new CollapsedWeights(
            schema,
            [
                Table("User.E", 0, RowIndex.Identity, 0, 5, 3, 1),
                Table("Item.Q", 1, RowIndex.Quotient, 3, 3, 5, 2),
                Table("Item.R", 1, RowIndex.Remainder, 3, 3, 5, 3),
                Table("Hour.E", 2, RowIndex.Identity, 0, 24, 2, 4),
            ],
            [new CollapsedDense("Top0.W", 2, 3, [1, 2, 3, 4, 5, 6]), new CollapsedDense("Top0.b", 1, 3, [-1, 0, 1])],
            [new Vocabulary(user, users), new Vocabulary(item, items), new Vocabulary(hour, Array.Empty<long>())],
            [new NumericScaling(30, 0.125f)]);
    }

    /// <summary>Every format, for data-driven tests.</summary>
    public static TableFormat[] Formats =>
    [
        TableFormat.Float32, TableFormat.Float16, TableFormat.Int8PerRow, TableFormat.Int8PerTable, TableFormat.Int4PerRow,
        .. Enumerable.Range(1, TableFormat.MaximumBits).Select(TableFormat.Uniform),
    ];

    public static int[] Codes(CollapsedTable table, long row)
    {
        int[] codes = new int[table.Width];
        table.ReadCodes(row, codes);
        return codes;
    }

    public static float[] Decode(CollapsedTable table)
    {
        var values = new float[table.Rows * table.Width];
        for (int row = 0; row < table.Rows; row++)
        {
            table.Decode(row, values.AsSpan(row * table.Width, table.Width));
        }

        return values;
    }

    public static float[] ToArray(NativeFloats values) => values.Span(0, (int)values.Length).ToArray();
}
