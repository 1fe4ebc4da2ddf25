using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>A trained retrieval model: one unit row per item. Users are not stored; a history is the sum of its rows.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
public sealed partial class TrainedRetriever<TModel>
    where TModel : class, IAutoencoder<TModel>
{
    internal TrainedRetriever(Vocabulary items, UnitRows rows, IReadOnlyList<RetrievalEpoch> history)
    {
        Items = items;
        Rows = rows;
        History = history;
    }

    /// <summary>The items: key and training count of every id.</summary>
    public Vocabulary Items { get; }

    /// <summary>The unit rows, in id order.</summary>
    public UnitRows Rows { get; }

    /// <summary>Results of the epochs, in order.</summary>
    public IReadOnlyList<RetrievalEpoch> History { get; }

    /// <summary>Scores of all items for a history, in id order; items of the history have theirs too, without their own part.</summary>
    /// <param name="history">Ids of distinct items.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public float[] Scores(ReadOnlySpan<int> history)
    {
        float[] scores = new float[Rows.Rows];
        Rows.Score(Rows.Sum(history), scores);
        foreach (int item in history)
        {
            scores[item] -= 1;
        }

        return scores;
    }

    /// <summary>The best items for a history, best first; its own items and items never seen in training are left out. Of equal scores the lower id comes first.</summary>
    /// <param name="history">Ids of distinct items.</param>
    /// <param name="count">Length of the list, at least 1; shorter when there are not as many items.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item, or <paramref name="count"/> is below 1.</exception>
    public Recommendation[] Recommend(ReadOnlySpan<int> history, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        float[] scores = Scores(history);
        List<int> excluded = [.. history];
        for (int item = 0; item < Items.Counts.Length; item++)
        {
            if (Items.Counts[item] == 0)
            {
                excluded.Add(item);
            }
        }

        count = int.Min(count, scores.Length);
        int[] items = new int[count];
        float[] best = new float[count];
        int found = TopItems.Find(scores, CollectionsMarshal.AsSpan(excluded), items, best);
        return [.. items.AsSpan(0, found).ToArray().Select((item, at) => new Recommendation(item, Items.KeyText(item), best[at]))];
    }

    /// <summary>
    /// The served form: rows of unit length with their kept entries. The trained model stays usable. 16-bit floats halve the values at no
    /// measurable loss; signed bytes quarter them.
    /// </summary>
    /// <param name="format">Float32 (default), Float16 or Int8PerRow.</param>
    /// <exception cref="ArgumentException">The format is another one, or the rows are too large for one array.</exception>
    public CollapsedRetriever<TModel> Collapse(TableFormat? format = null)
    {
        TableParameter table = TModel.Schema.Tables[0];
        string name = TModel.Schema.Categoricals[table.Feature].Name + ".N";
        return new(new CollapsedRetrieval(TModel.Schema, Items, CollapsedRows.From(name, Rows, table.Kept, format ?? TableFormat.Float32), Unseen()));
    }

    private int[] Unseen()
    {
        List<int> unseen = [];
        for (int item = 0; item < Items.Counts.Length; item++)
        {
            if (Items.Counts[item] == 0)
            {
                unseen.Add(item);
            }
        }

        return [.. unseen];
    }

    /// <summary>The best items for a history of text keys; unknown keys are left out of it.</summary>
    public Recommendation[] Recommend(IEnumerable<string> history, int count) => Recommend(Items.Known(history), count);

    /// <summary>The best items for a history of integer keys; unknown keys are left out of it.</summary>
    public Recommendation[] Recommend(IEnumerable<long> history, int count) => Recommend(Items.Known(history), count);

    /// <summary>
    /// Measures the lists of items for users known by their histories: all items are candidates but those of the history. Users without a
    /// known item in their history, or without one to find, are left out. Users of the training data are measured like others.
    /// </summary>
    /// <param name="heldOut">Pairs that the lists should hold.</param>
    /// <param name="history">Pairs the model is told, such as <see cref="HeldOutUsers{TModel}.History"/>.</param>
    /// <param name="options">Lengths of the lists and further settings; null for the defaults.</param>
    /// <exception cref="DataSetException">No user can be measured.</exception>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="DeviceException">The device asked for cannot be used.</exception>
    public RankingEvaluation EvaluateRanking(DataSet<TModel> heldOut, DataSet<TModel> history, RankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(history);
        options ??= new RankingOptions();
        options.Check();
        return HistoryTask.Create(heldOut, history, Items, options).Measure(options, (told, lanes) => new UnitRowsQueryScorer(Rows, told, lanes), () => Rows);
    }
}
