using System;
using System.Linq;
using System.Runtime.InteropServices;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests.Retrieval;

/// <summary>Catalogues of more items than a block of the retriever has, against sums over their rows.</summary>
[TestClass]
public sealed class CatalogueTests
{
    private static readonly int[][] s_histories = [[], [3], [0, 65535, 65536, 139_999], [.. Enumerable.Range(0, 40).Select(i => i * 3499)]];

    [TestMethod]
    public void Lists_of_sparse_rows_are_those_of_a_full_sort() => Check(Create<SparseBlocks>(96, 4), exact: true);

    [TestMethod]
    public void Lists_of_dense_rows_are_those_of_a_full_sort() => Check(Create<DenseBlocks>(12, 0), exact: false);

    [TestMethod]
    public void A_query_with_one_heavy_column_and_one_whose_scores_are_all_negative_are_those_of_a_full_sort()
    {
        // The largest value is far above the others, so that most bounds are coarse; in the second model nothing raises a score.
        Check(Create<SparseBlocks>(96, 4, random => random.Next(100) == 0 ? random.Next(1, 40) : random.Next(-4, 9) / 1024f), exact: true);
        Check(Create<SparseBlocks>(96, 4, random => random.Next(-4, 1) / 16f), exact: true);
        Check(Create<SparseBlocks>(96, 4, _ => 0f), exact: true);
    }

    private static void Check<T>(CollapsedRetriever<T> model, bool exact)
        where T : class, IAutoencoder<T>
    {
        CollapsedRows rows = model.Weights.Rows;
        foreach (int[] history in s_histories)
        {
            float[] user = new float[rows.Dimension], expected = new float[rows.Rows];
            foreach (int item in history)
            {
                for (int j = 0; j < rows.CountOf(item); j++)
                {
                    user[rows.ColumnOf(item, j)] += rows.ValueOf(item, j);
                }
            }

            for (int item = 0; item < expected.Length; item++)
            {
                for (int j = 0; j < rows.CountOf(item); j++)
                {
                    expected[item] += user[rows.ColumnOf(item, j)] * rows.ValueOf(item, j);
                }
            }

            foreach (int item in history)
            {
                expected[item] -= 1;
            }

            float[] scores = model.Scores(history);
            double most = expected.Zip(scores, (a, b) => Math.Abs((double)a - b)).Max();
            Assert.IsTrue(most <= (exact ? 0 : 1e-5), $"{most}");
            int[] order = [.. Enumerable.Range(0, scores.Length).Where(i => !history.Contains(i) && !model.Weights.Unseen.Contains(i)).OrderByDescending(i => scores[i]).ThenBy(i => i)];
            foreach (int count in new[] { 1, 100, 3000, scores.Length })
            {
                int[] items = new int[count];
                float[] best = new float[count];
                int found = model.Recommend(history, items, best);
                CollectionAssert.AreEqual(order.Take(count).ToArray(), items[..found], $"{count} of {history.Length}");
                CollectionAssert.AreEqual(order.Take(count).Select(i => scores[i]).ToArray(), best[..found]);
            }
        }
    }

    // Values of few different sizes, so that many scores are equal.
    private static CollapsedRetriever<T> Create<T>(int columns, int kept, Func<Random, float>? value = null)
        where T : class, IAutoencoder<T>
    {
        var random = new Random(5);
        int items = (int)T.Schema.Categoricals[T.Schema.Tables[0].Feature].Cardinality, width = kept > 0 ? kept : columns;
        float[] values = [.. Enumerable.Range(0, items * width).Select(_ => value?.Invoke(random) ?? random.Next(-4, 9) / 16f)];
        ushort[] places = [.. Enumerable.Range(0, items * kept).Select(at => (ushort)((at % kept * (columns / kept)) + random.Next(columns / kept)))];
        CategoricalFeature feature = T.Schema.Categoricals[T.Schema.Tables[0].Feature];
        var rows = new CollapsedRows(
            feature.Name + ".N", items, columns, kept, TableFormat.Float32, MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), MemoryMarshal.AsBytes(places.AsSpan()).ToArray(), [], []);
        return new CollapsedRetriever<T>(new CollapsedRetrieval(T.Schema, new Vocabulary(feature, (long[])[]), rows, [2, 70_000, 139_998]));
    }
}

/// <summary>More items than two blocks, of sparse rows.</summary>
[EmbeddingModel, Elsa]
public partial class SparseBlocks
{
    [User] public int User { get; set; }

    [Item(Cardinality = 140_000), Sparse(Dimension = 96, Kept = 4)] public int Item { get; set; }
}

/// <summary>More items than two blocks, of dense rows.</summary>
[EmbeddingModel, Elsa]
public partial class DenseBlocks
{
    [User] public int User { get; set; }

    [Item(Cardinality = 140_000), Full(Dimension = 12)] public int Item { get; set; }
}
