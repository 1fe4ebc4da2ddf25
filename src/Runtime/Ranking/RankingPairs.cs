using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Brings the pairs of two data sets into the ids of a model.</summary>
internal static class RankingPairs
{
    /// <summary>Items without a training pair, ascending.</summary>
    /// <exception cref="InvalidOperationException">The vocabulary has no counts.</exception>
    public static int[] Untrained(Vocabulary items)
    {
        if (items.Counts.Length == 0)
        {
            throw new InvalidOperationException(
                $"{nameof(RankingOptions)}.{nameof(RankingOptions.TrainedItemsOnly)} needs the training counts of {items.Feature.Name}, which a collapsed model read from a file does not have. Measure the trained model, or collapse it again.");
        }

        List<int> untrained = [];
        for (int item = 0; item < items.Count; item++)
        {
            if (items.Counts[item] == 0)
            {
                untrained.Add(item);
            }
        }

        return [.. untrained];
    }

    /// <summary>The code of a history's user among the users of the held-out pairs, -1 for others. Parts of one data set share their keys.</summary>
    public static int[] KnownUsers(KeyColumn users, KeyColumn others)
    {
        int[] codes = new int[others.KeyCount];
        if (ReferenceEquals(users.TextKeys, others.TextKeys) && ReferenceEquals(users.IntegerKeys, others.IntegerKeys))
        {
            for (int code = 0; code < codes.Length; code++)
            {
                codes[code] = code;
            }

            return codes;
        }

        return users.Kind == KeyKind.Text ? Match(users.TextKeys, others.TextKeys, codes) : Match(users.IntegerKeys, others.IntegerKeys, codes);
    }

    /// <summary>The pairs of known users and items; a user or an item below 0 leaves a pair out.</summary>
    /// <param name="known">Row of the matrix for every key of the users.</param>
    /// <param name="users">Users of the pairs.</param>
    /// <param name="itemIds">Id of every key of the items.</param>
    /// <param name="itemColumn">Items of the pairs.</param>
    /// <param name="userCount">Rows of the matrix.</param>
    /// <param name="items">Columns of the matrix.</param>
    public static InteractionMatrix Matrix(int[] known, KeyColumn users, int[] itemIds, KeyColumn itemColumn, int userCount, int items)
    {
        int[] rows = new int[users.Codes.Length], columns = new int[users.Codes.Length];
        int count = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            int user = known[users.Codes[row]], item = itemIds[itemColumn.Codes[row]];
            if (user >= 0 && item >= 0)
            {
                rows[count] = user;
                columns[count++] = item;
            }
        }

        return InteractionMatrix.From(userCount, items, rows.AsSpan(0, count), columns.AsSpan(0, count));
    }

    private static int[] Match<TKey>(TKey[] keys, TKey[] others, int[] codes)
        where TKey : notnull
    {
        Dictionary<TKey, int> codeOf = new(keys.Length);
        for (int code = 0; code < keys.Length; code++)
        {
            codeOf.Add(keys[code], code);
        }

        for (int code = 0; code < others.Length; code++)
        {
            codes[code] = codeOf.TryGetValue(others[code], out int found) ? found : -1;
        }

        return codes;
    }
}
