using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// EASE (Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019), the closed-form baseline of retrieval: a linear model that scores
/// item j for a history as the sum of B_ij over its items i. With G = X^T X + lambda I and P its inverse, B_ij = -P_ij / P_jj off the
/// diagonal and 0 on it, which minimises |X - X B|^2 + lambda |B|^2 under a zero diagonal. Weights take 4 n^2 bytes for n items, and
/// fitting 12 n^2 at most and n^3 / 2 multiply-adds in double precision. The same data give the same bits on any number of threads.
/// </summary>
public sealed class Ease
{
    /// <summary>Most items: the weights lie in one array.</summary>
    public const int MaximumItems = 46_000;

    private readonly float[] _weights;
    private readonly int[] _untrained;

    private Ease(int items, float[] weights, int[] untrained)
    {
        Items = items;
        _weights = weights;
        _untrained = untrained;
    }

    /// <summary>Number of items n.</summary>
    public int Items { get; }

    /// <summary>Bytes of the weights: 4 per pair of items.</summary>
    public long Bytes => (long)_weights.Length * sizeof(float);

    /// <summary>Computes the weights.</summary>
    /// <param name="interactions">The training histories; at least one item.</param>
    /// <param name="lambda">Strength of the penalty on the weights, finite and above 0; 100 to 1,000 is usual, more for more data.</param>
    /// <exception cref="ArgumentException">There is no item or more than <see cref="MaximumItems"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Lambda is out of range, or too small beside the counts for double precision.</exception>
    public static Ease Fit(InteractionMatrix interactions, double lambda)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        if (interactions.Items is 0 or > MaximumItems)
        {
            throw new ArgumentException(
                $"There are {interactions.Items:N0} items; EASE holds a weight for every pair and takes 1 to {MaximumItems:N0}. Leave rare items out, or use an embedding model.", nameof(interactions));
        }

        if (!(lambda > 0 && double.IsFinite(lambda)))
        {
            throw new ArgumentOutOfRangeException(nameof(lambda), lambda, $"Lambda is {lambda}; it must be finite and above 0, such as 500.");
        }

        using SymmetricMatrix matrix = Gram(interactions, lambda);
        try
        {
            matrix.Invert();
        }
        catch (ArithmeticException e)
        {
            throw new ArgumentOutOfRangeException($"Lambda {lambda} is too small beside the counts of the items for double precision; use a larger one.", e);
        }

        return new Ease(interactions.Items, Weights(matrix), RetrievalItems.Untrained(interactions.ItemCounts()));
    }

    /// <summary>The weights of one item as a member of a history: row <paramref name="item"/> of B, the entry of the item itself being 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public ReadOnlySpan<float> Weights(int item) => _weights.AsSpan(RetrievalItems.Check(item, Items) * Items, Items);

    /// <summary>Scores of all items for a history; its own items are scored too.</summary>
    /// <param name="history">Distinct items.</param>
    /// <exception cref="ArgumentOutOfRangeException">An item does not exist.</exception>
    public float[] Scores(ReadOnlySpan<int> history)
    {
        float[] scores = new float[Items];
        Scores(history, scores);
        return scores;
    }

    /// <summary>Writes the scores of all items for a history, without an allocation.</summary>
    /// <param name="history">Distinct items.</param>
    /// <param name="destination">At least <see cref="Items"/> floats.</param>
    /// <exception cref="ArgumentOutOfRangeException">An item does not exist.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void Scores(ReadOnlySpan<int> history, Span<float> destination)
    {
        Span<float> scores = RetrievalItems.Destination(destination, Items);
        scores.Clear();
        foreach (int item in history)
        {
            RetrievalItems.Add(Weights(item), scores);
        }
    }

    /// <summary>
    /// Measures the lists of items for users known by their histories: all items are candidates but those of the history. Users without a
    /// history, or without an item to find, are left out.
    /// </summary>
    /// <param name="heldOut">Items that the lists should hold.</param>
    /// <param name="histories">Items the model is told; user u is user u of <paramref name="heldOut"/>.</param>
    /// <param name="options">Lengths of the lists and further settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">The matrices do not fit each other or the model, or a setting is out of range.</exception>
    /// <exception cref="DataSetException">No user can be measured.</exception>
    public RankingEvaluation EvaluateRanking(InteractionMatrix heldOut, InteractionMatrix histories, RankingOptions? options = null)
    {
        options ??= new RankingOptions();
        options.Check();
        return HistoryTask.Create(heldOut, histories, Items, options.TrainedItemsOnly ? _untrained : [])
            .Measure(options, (told, _) => new HistoryQueryScorer(Items, told, Scores));
    }

    /// <summary>Keeps the weights of largest magnitude in every row, so that an item gives as many others a score; of equal ones the first.</summary>
    /// <param name="kept">Weights kept per row, at least 1; a row has at most <see cref="Items"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kept"/> is below 1.</exception>
    public PrunedEase Prune(int kept)
    {
        int[][] columns = Largest(kept, (row, column) => _weights[((long)row * Items) + column]);
        return new PrunedEase(columns, (row, column) => _weights[((long)row * Items) + column], columns[0].Length, _untrained);
    }

    /// <summary>Keeps the weights of largest magnitude in every column, so that an item gets its score from as many others; of equal ones the first.</summary>
    /// <param name="kept">Weights kept per column, at least 1; a column has at most <see cref="Items"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kept"/> is below 1.</exception>
    public PrunedEase PruneColumns(int kept)
    {
        int[][] rows = Largest(kept, (column, row) => _weights[((long)row * Items) + column]);
        List<int>[] columns = [.. rows.Select(_ => new List<int>())];
        for (int column = 0; column < Items; column++)
        {
            foreach (int row in rows[column])
            {
                columns[row].Add(column);
            }
        }

        return new PrunedEase([.. columns.Select(c => c.ToArray())], (row, column) => _weights[((long)row * Items) + column], rows[0].Length, _untrained);
    }

    // Of every line the places of the largest magnitudes, ascending. The weight of the item itself is no candidate.
    private int[][] Largest(int kept, Func<int, int, float> weight)
    {
        if (kept < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(kept), kept, $"{kept} weights per item are asked for; keep at least 1.");
        }

        int width = int.Min(kept, Items - 1);
        int[][] result = new int[Items][];
        Parallel.For(0, Items, line =>
        {
            float[] magnitudes = new float[Items];
            for (int i = 0; i < magnitudes.Length; i++)
            {
                magnitudes[i] = i == line ? -1 : float.Abs(weight(line, i));
            }

            // Of those equal to the last one kept, the first are taken.
            float[] sorted = [.. magnitudes];
            Array.Sort(sorted);
            float least = width == 0 ? float.PositiveInfinity : sorted[^width];
            int equal = sorted.AsSpan(Items - width).LastIndexOf(least) + 1, at = 0;
            result[line] = new int[width];
            for (int i = 0; i < magnitudes.Length; i++)
            {
                if (magnitudes[i] > least || (magnitudes[i] == least && equal-- > 0))
                {
                    result[line][at++] = i;
                }
            }
        });
        return result;
    }

    // The lower half of X^T X + lambda I: how many users share two items. Counts are exact, so their order does not matter.
    private static SymmetricMatrix Gram(InteractionMatrix interactions, double lambda)
    {
        int[] users = UsersOfItems(interactions, out int[] starts);
        var matrix = new SymmetricMatrix(interactions.Items);
        Parallel.For(0, interactions.Items, item =>
        {
            int[] counts = new int[item + 1];
            for (int u = starts[item]; u < starts[item + 1]; u++)
            {
                foreach (int other in interactions.History(users[u]))
                {
                    if (other > item)
                    {
                        break;
                    }

                    counts[other]++;
                }
            }

            for (int other = 0; other < counts.Length; other++)
            {
                matrix[item, other] = counts[other];
            }

            matrix[item, item] += lambda;
        });
        return matrix;
    }

    // The transposed matrix: the users of item i are users[starts[i] .. starts[i + 1]).
    private static int[] UsersOfItems(InteractionMatrix interactions, out int[] starts)
    {
        starts = new int[interactions.Items + 1];
        int[] counts = interactions.ItemCounts(), users = new int[interactions.Count];
        for (int item = 0; item < counts.Length; item++)
        {
            starts[item + 1] = starts[item] + counts[item];
            counts[item] = starts[item];
        }

        for (int user = 0; user < interactions.Users; user++)
        {
            foreach (int item in interactions.History(user))
            {
                users[counts[item]++] = user;
            }
        }

        return users;
    }

    private static float[] Weights(SymmetricMatrix inverse)
    {
        int items = inverse.Rows;
        float[] weights = new float[(long)items * items];
        Parallel.For(0, items, row =>
        {
            for (int column = 0; column < items; column++)
            {
                double p = row > column ? inverse[row, column] : inverse[column, row];
                weights[(row * items) + column] = row == column ? 0 : (float)(-p / inverse[column, column]);
            }
        });
        return weights;
    }
}
