using System;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>Catalogues of unit rows with random entries, and histories to ask them with.</summary>
internal static class CatalogueData
{
    public const int Items = 1_000_000;
    public const int Columns = 4096;
    public const int Kept = 16;
    public const int HistoryLength = 20;
    public const int Histories = 64;

    /// <summary>The catalogue with sparse rows.</summary>
    public static CollapsedRetriever<SparseCatalogue> Sparse => Exports.Model(() => Create<SparseCatalogue>(Columns, Kept));

    /// <summary>The catalogue with dense rows of 64.</summary>
    public static CollapsedRetriever<NarrowCatalogue> Narrow => Exports.Model(() => Create<NarrowCatalogue>(64, 0));

    /// <summary>The catalogue with dense rows of 256.</summary>
    public static CollapsedRetriever<WideCatalogue> Wide => Exports.Model(() => Create<WideCatalogue>(256, 0));

    /// <summary>Histories of distinct items.</summary>
    public static int[][] Ask() => [.. Enumerable.Range(0, Histories).Select(h => Enumerable.Range(0, HistoryLength).Select(j => (int)(((h * 7919L) + (j * 104_729L)) % Items)).ToArray())];

    private static CollapsedRetriever<TModel> Create<TModel>(int columns, int kept)
        where TModel : class, IAutoencoder<TModel>
    {
        var random = new Random(1);
        int width = kept > 0 ? kept : columns;
        float[] values = new float[(long)Items * width];
        ushort[] places = new ushort[kept > 0 ? values.Length : 0];
        int[] chosen = new int[width];
        for (int item = 0; item < Items; item++)
        {
            Span<float> row = values.AsSpan(item * width, width);
            float squares = 0;
            foreach (ref float value in row)
            {
                value = random.NextSingle() - 0.3f;
                squares += value * value;
            }

            foreach (ref float value in row)
            {
                value /= MathF.Sqrt(squares);
            }

            if (kept > 0)
            {
                // One column of every sixteenth part: distinct and ascending.
                for (int j = 0; j < kept; j++)
                {
                    places[(item * width) + j] = (ushort)((j * (columns / kept)) + random.Next(columns / kept));
                }
            }
        }

        ModelSchema schema = TModel.Schema;
        CategoricalFeature feature = schema.Categoricals[schema.Tables[0].Feature];
        var rows = new CollapsedRows(
            feature.Name + ".N", Items, columns, kept, TableFormat.Float32, MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), MemoryMarshal.AsBytes(places.AsSpan()).ToArray(), [], []);
        return new CollapsedRetriever<TModel>(new CollapsedRetrieval(schema, new Vocabulary(feature, (long[])[]), rows, []));
    }
}
