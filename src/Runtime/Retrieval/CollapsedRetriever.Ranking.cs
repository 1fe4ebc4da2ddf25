using System;

namespace ModelGen;

/// <content>Measuring the served form.</content>
public sealed partial class CollapsedRetriever<TModel>
{
    /// <summary>
    /// Measures the lists of items that the served values give to users known by their histories: all items are candidates but those of
    /// the history. Histories are scored eight at a time, so a score may differ from that of <see cref="Scores"/> in its last bits. Users without a known item in their history, or without one to find, are left out.
    /// </summary>
    /// <param name="heldOut">Pairs that the lists should hold.</param>
    /// <param name="history">Pairs the model is told, such as <see cref="HeldOutUsers{TModel}.History"/>.</param>
    /// <param name="options">Lengths of the lists and further settings; null for the defaults.</param>
    /// <exception cref="DataSetException">No user can be measured.</exception>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="DeviceException">The device asked for cannot be used.</exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="RankingOptions.TrainedItemsOnly"/> is set and the model, read from a file, does not know the training counts.
    /// </exception>
    public RankingEvaluation EvaluateRanking(DataSet<TModel> heldOut, DataSet<TModel> history, RankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(history);
        options ??= new RankingOptions();
        options.Check();
        return HistoryTask.Create(heldOut, history, Items, options)
            .Measure(options, (told, lanes) => new UnitRowsQueryScorer(Weights.Rows.ToUnitRows(), told, lanes), Weights.Rows.ToUnitRows);
    }
}
