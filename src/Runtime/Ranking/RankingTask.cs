using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>What is measured: which users, what each of them should find, and what is no candidate, in the ids of a model.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class RankingTask<TModel>
    where TModel : class, IEmbeddingModel<TModel>
{
    private RankingTask(DataSet<TModel> queries, InteractionMatrix heldOut, InteractionMatrix histories)
    {
        Queries = queries;
        HeldOut = heldOut;
        Histories = histories;
    }

    /// <summary>One example per user: the first that holds an item to find. Its inputs other than the item make up the query.</summary>
    public DataSet<TModel> Queries { get; }

    /// <summary>Items to find, one row per query.</summary>
    public InteractionMatrix HeldOut { get; }

    /// <summary>Items met before, one row per query.</summary>
    public InteractionMatrix Histories { get; }

    /// <summary>Items that are no candidates for anybody, ascending.</summary>
    public required int[] Ineligible { get; init; }

    /// <summary>Users of the held-out pairs who are not measured.</summary>
    public int LeftOutUsers { get; private init; }

    /// <summary>Held-out pairs of items outside the catalogue.</summary>
    public long UnknownItems { get; private init; }

    /// <summary>Held-out pairs that are in the history too.</summary>
    public long MetBefore { get; private init; }

    /// <summary>Brings held-out pairs and histories together, by the keys of the users.</summary>
    /// <param name="heldOut">Pairs to find.</param>
    /// <param name="history">Pairs known before.</param>
    /// <param name="vocabularies">One per categorical input of the model.</param>
    /// <param name="options">Which items are candidates.</param>
    /// <exception cref="InvalidOperationException">The model has no user or no item, or lacks the counts that an option needs.</exception>
    /// <exception cref="DataSetException">No user is left to measure.</exception>
    public static RankingTask<TModel> Create(DataSet<TModel> heldOut, DataSet<TModel> history, ImmutableArray<Vocabulary> vocabularies, RankingOptions options)
    {
        const string Purpose = "Measuring a ranking";
        int user = TModel.Schema.Require(FeatureRole.User, Purpose), item = TModel.Schema.Require(FeatureRole.Item, Purpose);
        KeyColumn users = heldOut.Categoricals[user];
        int items = vocabularies[item].Count;
        int[] ineligible = options.TrainedItemsOnly ? RankingPairs.Untrained(vocabularies[item]) : [];
        int[] itemIds = vocabularies[item].MapKnown(heldOut.Categoricals[item]), userIds = vocabularies[user].MapAccepted(users);
        int[] known = RankingPairs.KnownUsers(users, history.Categoricals[user]);
        InteractionMatrix histories = RankingPairs.Matrix(known, history.Categoricals[user], vocabularies[item].MapKnown(history.Categoricals[item]), history.Categoricals[item], users.KeyCount, items);

        int[] queryOfUser = new int[users.KeyCount];
        Array.Fill(queryOfUser, -1);
        bool[] present = new bool[users.KeyCount];
        List<int> rows = [], queryUsers = [], queries = [], targets = [];
        long unknown = 0, met = 0;
        int distinct = 0;
        for (int row = 0; row < heldOut.Count; row++)
        {
            int code = users.Codes[row], id = itemIds[heldOut.Categoricals[item].Codes[row]];
            id = ineligible.AsSpan().BinarySearch(id) >= 0 ? -1 : id;
            distinct += present[code] ? 0 : 1;
            present[code] = true;
            if (userIds[code] == Vocabulary.Unknown)
            {
                continue;
            }

            if (id < 0)
            {
                unknown++;
            }
            else if (histories.History(code).BinarySearch(id) >= 0)
            {
                met++;
            }
            else
            {
                if (queryOfUser[code] < 0)
                {
                    queryOfUser[code] = rows.Count;
                    rows.Add(row);
                    queryUsers.Add(code);
                }

                queries.Add(queryOfUser[code]);
                targets.Add(id);
            }
        }

        if (rows.Count == 0)
        {
            throw new DataSetException(
                $"{heldOut.Source}: none of the {distinct:N0} users with held-out pairs can be measured: the model knows neither the user nor the item, or the item is in the user's history ({unknown:N0} unknown items, {met:N0} met before).");
        }

        return new RankingTask<TModel>(
            heldOut.Select([.. rows]), InteractionMatrix.From(rows.Count, items, [.. queries], [.. targets]), histories.SelectUsers([.. queryUsers]))
        {
            Ineligible = ineligible,
            LeftOutUsers = distinct - rows.Count,
            UnknownItems = unknown,
            MetBefore = met,
        };
    }
}
