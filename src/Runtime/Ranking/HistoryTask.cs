using System;
using System.Collections.Generic;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// What is measured of a model that knows users by their histories alone: the histories are both what the model is told and what is no
/// candidate. Users without a known item in their history, or without one to find, are left out.
/// </summary>
internal sealed class HistoryTask
{
    private readonly InteractionMatrix _heldOut;
    private readonly InteractionMatrix _histories;
    private readonly int[] _ineligible;
    private readonly int _leftOutUsers;
    private readonly long _unknownItems;
    private readonly long _metBefore;

    private HistoryTask(InteractionMatrix heldOut, InteractionMatrix histories, int[] ineligible, int leftOutUsers, long unknownItems, long metBefore)
    {
        _heldOut = heldOut;
        _histories = histories;
        _ineligible = ineligible;
        _leftOutUsers = leftOutUsers;
        _unknownItems = unknownItems;
        _metBefore = metBefore;
    }

    /// <summary>Makes the scorer of some histories, with a lane for every thread.</summary>
    public delegate IQueryScorer ScorerFactory(InteractionMatrix histories, int lanes);

    /// <summary>Brings held-out pairs and histories together, by the keys of the users.</summary>
    /// <param name="heldOut">Pairs to find.</param>
    /// <param name="history">Pairs the model is told; other users than those of the held-out pairs are passed over.</param>
    /// <param name="items">The items of the model.</param>
    /// <param name="options">Which items are candidates.</param>
    /// <exception cref="DataSetException">No user is left to measure.</exception>
    public static HistoryTask Create<TModel>(DataSet<TModel> heldOut, DataSet<TModel> history, Vocabulary items, RankingOptions options)
        where TModel : class, IModel<TModel>
    {
        const string Purpose = "Measuring a ranking";
        int user = TModel.Schema.Require(FeatureRole.User, Purpose), item = TModel.Schema.Require(FeatureRole.Item, Purpose);
        KeyColumn users = heldOut.Categoricals[user];
        int[] codes = new int[users.KeyCount];
        bool[] present = new bool[codes.Length];
        int distinct = 0;
        foreach (int code in users.Codes)
        {
            distinct += present[code] ? 0 : 1;
            present[code] = true;
            codes[code] = code;
        }

        KeyColumn told = history.Categoricals[item], wanted = heldOut.Categoricals[item];
        int[] known = RankingPairs.KnownUsers(users, history.Categoricals[user]);
        InteractionMatrix histories = RankingPairs.Matrix(known, history.Categoricals[user], items.MapKnown(told), told, codes.Length, items.Count);
        int[] ids = items.MapKnown(wanted);
        long unknown = 0;
        foreach (int code in wanted.Codes)
        {
            unknown += ids[code] < 0 ? 1 : 0;
        }

        InteractionMatrix targets = RankingPairs.Matrix(codes, users, ids, wanted, codes.Length, items.Count);
        return Create(targets, histories, options.TrainedItemsOnly ? RankingPairs.Untrained(items) : [], heldOut.Source, distinct, unknown);
    }

    /// <summary>The same in the ids of a model: user u of one matrix is user u of the other.</summary>
    /// <param name="heldOut">Items to find.</param>
    /// <param name="histories">Items the model is told.</param>
    /// <param name="items">Items of the model.</param>
    /// <param name="ineligible">Items that are no candidates for anybody, ascending.</param>
    /// <exception cref="ArgumentException">The matrices do not fit each other or the model.</exception>
    /// <exception cref="DataSetException">No user is left to measure.</exception>
    public static HistoryTask Create(InteractionMatrix heldOut, InteractionMatrix histories, int items, int[] ineligible)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(histories);
        if (heldOut.Users != histories.Users || heldOut.Items != items || histories.Items != items)
        {
            throw new ArgumentException(
                $"The held-out items are a matrix of {heldOut.Users:N0} x {heldOut.Items:N0}, the histories one of {histories.Users:N0} x {histories.Items:N0} users and items; the users must be as many, and the items {items:N0} as in the model.", nameof(histories));
        }

        int distinct = 0;
        for (int u = 0; u < heldOut.Users; u++)
        {
            distinct += heldOut.History(u).IsEmpty ? 0 : 1;
        }

        return Create(heldOut, histories, ineligible, "The held-out items", distinct, 0);
    }

    /// <summary>Measures a model.</summary>
    /// <param name="options">How to measure.</param>
    /// <param name="scorer">The model over the histories of the task.</param>
    /// <param name="rows">Its rows, for a device; null when a device cannot rank it.</param>
    /// <exception cref="DeviceException">The device asked for cannot be used.</exception>
    public RankingEvaluation Measure(RankingOptions options, ScorerFactory scorer, Func<UnitRows>? rows = null)
    {
        RankingMeter meter = rows is not null && DeviceChoice.Open(options.Device, lacking: null, out _) is { } device
            ? MeasureOn(device, options, rows())
            : MeasureOnCpu(options, scorer);
        return new RankingEvaluation
        {
            Users = meter.Users,
            HeldOut = meter.HeldOut,
            Items = _heldOut.Items - _ineligible.Length,
            LeftOutUsers = _leftOutUsers,
            UnknownItems = _unknownItems,
            MetBefore = _metBefore,
            Cutoffs = meter.Means(),
        };
    }

    private RankingMeter MeasureOnCpu(RankingOptions options, ScorerFactory scorer)
    {
        using WorkerTeam team = new(TrainingOptions.CountThreads(options.Threads));
        return RankingRun.Measure(scorer(_histories, team.Size), _heldOut, _histories, _ineligible, options.Cutoffs, team);
    }

    private RankingMeter MeasureOn(CudaDevice device, RankingOptions options, UnitRows rows)
    {
        using DeviceRanker ranker = new(device, new UnitRowsDeviceScorer(rows));
        return ranker.Measure(_heldOut, _histories, _ineligible, options.Cutoffs);
    }

    private static HistoryTask Create(InteractionMatrix heldOut, InteractionMatrix histories, int[] ineligible, string source, int distinct, long unknown)
    {
        List<int> measured = [], rows = [], targets = [];
        long met = 0;
        int untold = 0;
        for (int u = 0; u < heldOut.Users; u++)
        {
            ReadOnlySpan<int> history = histories.History(u), wanted = heldOut.History(u);
            if (wanted.IsEmpty)
            {
                continue;
            }

            if (history.IsEmpty)
            {
                untold++;
                continue;
            }

            int before = targets.Count;
            foreach (int item in wanted)
            {
                if (ineligible.AsSpan().BinarySearch(item) >= 0)
                {
                    unknown++;
                }
                else if (history.BinarySearch(item) >= 0)
                {
                    met++;
                }
                else
                {
                    rows.Add(measured.Count);
                    targets.Add(item);
                }
            }

            if (targets.Count > before)
            {
                measured.Add(u);
            }
        }

        return measured.Count > 0
            ? new HistoryTask(
                InteractionMatrix.From(measured.Count, heldOut.Items, [.. rows], [.. targets]), histories.SelectUsers([.. measured]), ineligible, distinct - measured.Count, unknown, met)
            : throw new DataSetException(
                $"{source}: none of the {distinct:N0} users with held-out pairs can be measured: {untold:N0} have no history with an item the model knows, and of the others every item to find is unknown ({unknown:N0} pairs) or in the history ({met:N0}).");
    }
}
