using ModelGen.Compiled;

namespace ModelGen.Tests;

/// <summary>Parts of schemas for the hand-written models of these tests.</summary>
internal static class TestSchemas
{
    public static CategoricalFeature Feature(
        string name, int vectorStride, OutOfVocabulary outOfVocabulary = OutOfVocabulary.Zero, int factorOffset = 0, int factorFloats = 0, int minCount = 1, bool isBag = false) => new()
        {
            Name = name,
            Column = name,
            KeyKind = KeyKind.Text,
            IsBag = isBag,
            Pooling = Pooling.Mean,
            OutOfVocabulary = outOfVocabulary,
            MinCount = minCount,
            Cardinality = 0,
            Buckets = 0,
            Separator = '|',
            VectorStride = vectorStride,
            FactorOffset = factorOffset,
            FactorFloats = factorFloats,
        };

    public static OptimizerSchema Adagrad(float rate) => new(OptimizerKind.Adagrad, rate, rate, rate, rate, 0, 0);

    public static ModelSchema Schema(
        CategoricalFeature[] features, TableParameter[] tables, DenseParameter[] dense, int denseFloats = 0, int factorOffset = 0, int transposedFloats = 0, Loss loss = Loss.BinaryCrossEntropy) => new()
        {
            Name = "Test",
            Fingerprint = "test",
            Loss = loss,
            LabelColumn = "Label",
            Numerics = [],
            Categoricals = [.. features],
            Tables = [.. tables],
            Dense = [.. dense],
            DenseFloats = denseFloats,
            FactorOffset = factorOffset,
            TransposedFloats = transposedFloats,
            TileFloats = 0,
            Optimizer = Adagrad(0.1f),
            Ir = "",
        };
}
