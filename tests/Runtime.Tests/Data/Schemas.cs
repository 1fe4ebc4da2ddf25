using System;
using System.Collections.Immutable;
using System.IO;
using System.IO.Compression;
using System.Text;
using ModelGen.Compiled;

namespace ModelGen.Runtime.Tests.Data;

/// <summary>Schemas and files for the tests of the data layer.</summary>
internal static class Schemas
{
    public static ModelSchema Create(
        Loss loss, ImmutableArray<NumericFeature> numerics, ImmutableArray<CategoricalFeature> categoricals, params ImmutableArray<TableParameter> tables) => new()
        {
            Name = "Visit",
            Fingerprint = "0",
            Loss = loss,
            LabelColumn = "Label",
            Numerics = numerics,
            Categoricals = categoricals,
            Tables = tables,
            Dense = [],
            DenseFloats = 0,
            FactorOffset = 0,
            TransposedFloats = 0,
            TileFloats = 0,
            Optimizer = new OptimizerSchema(OptimizerKind.Sgd, 0.1f, 0.1f, 0.1f, 0.1f, 0, 0),
            Ir = "",
        };

    public static CategoricalFeature Feature(
        string name, KeyKind kind = KeyKind.Text, OutOfVocabulary policy = OutOfVocabulary.Error, int minCount = 1, bool isBag = false, long cardinality = 0) => new()
        {
            Name = name,
            Column = name,
            KeyKind = kind,
            IsBag = isBag,
            Pooling = Pooling.Mean,
            OutOfVocabulary = policy,
            MinCount = minCount,
            Cardinality = cardinality,
            Buckets = 7,
            Separator = '|',
            VectorStride = 4,
            FactorOffset = 0,
            FactorFloats = 0,
        };

    /// <summary>Runs a test on a file that exists only for it.</summary>
    public static void WithFile(string name, string content, Action<string> test)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("modelgen-data-");
        try
        {
            string path = Path.Combine(folder.FullName, name);
            using (FileStream file = File.Create(path))
            using (Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file)
            {
                stream.Write(Encoding.UTF8.GetBytes(content));
            }

            test(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
