using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Chooses the rows of the parts of a split. Every list of rows is ascending.</summary>
internal static class SplitRows
{
    // Epoch numbers of the shuffles, which no training epoch and no plain split has.
    private const int RandomEpoch = -2;
    private const int UserEpoch = -3;

    /// <summary>The last row of every user in time is the test row, the one before it the validation row.</summary>
    public static (int[] Training, int[] Validation, int[] Test, int Undivided) LeaveOneOut(KeyColumn users, long[] timestamps, bool validation)
    {
        UserRows rows = new(users);
        List<int> training = [], middle = [], test = [];
        int heldOut = validation ? 2 : 1, undivided = 0;
        for (int user = 0; user < rows.Count; user++)
        {
            Span<int> own = rows[user];
            int kept = own.Length > heldOut ? own.Length - heldOut : own.Length;
            undivided += own.Length > 0 && kept == own.Length ? 1 : 0;
            own.Sort((a, b) => timestamps[a] != timestamps[b] ? timestamps[a].CompareTo(timestamps[b]) : a.CompareTo(b));
            training.AddRange(own[..kept]);
            if (kept < own.Length)
            {
                test.Add(own[^1]);
                middle.AddRange(own[kept..^1]);
            }
        }

        return (Sorted(training), Sorted(middle), Sorted(test), undivided);
    }

    /// <summary>Cuts the rows in the order of time, equal times in row order.</summary>
    public static (int[] Training, int[] Validation, int[] Test) ByTime(long[] timestamps, int validation, int test)
    {
        int[] order = new int[timestamps.Length];
        for (int row = 0; row < order.Length; row++)
        {
            order[row] = row;
        }

        long[] keys = (long[])timestamps.Clone();
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        return Cut(order, validation, test);
    }

    /// <summary>Cuts the rows in a random order.</summary>
    public static (int[] Training, int[] Validation, int[] Test) AtRandom(int count, int validation, int test, ulong seed) =>
        Cut(ShuffleOrder.Create(count, seed, RandomEpoch), validation, test);

    /// <summary>Chooses users with at least two rows for validation and test; the rows of everybody else are for training.</summary>
    /// <exception cref="ArgumentException">There are not enough such users, or nobody would be left.</exception>
    public static (int[] Training, int[] Validation, int[] Test) Users(KeyColumn users, int validation, int test, ulong seed)
    {
        UserRows rows = new(users);
        List<int> candidates = [];
        int present = 0;
        for (int user = 0; user < rows.Count; user++)
        {
            present += rows[user].Length > 0 ? 1 : 0;
            if (rows[user].Length >= 2)
            {
                candidates.Add(user);
            }
        }

        if ((long)validation + test > candidates.Count || (long)validation + test >= present)
        {
            throw new ArgumentException(
                $"{validation:N0} validation and {test:N0} test users are asked for; {candidates.Count:N0} of {present:N0} users have the two examples that this needs, and at least one user must be left for training. Ask for fewer.",
                nameof(test));
        }

        int[] order = ShuffleOrder.Create(candidates.Count, seed, UserEpoch);
        byte[] part = new byte[rows.Count];
        for (int i = 0; i < validation + test; i++)
        {
            part[candidates[order[i]]] = i < validation ? (byte)1 : (byte)2;
        }

        List<int>[] parts = [[], [], []];
        for (int row = 0; row < users.Codes.Length; row++)
        {
            parts[part[users.Codes[row]]].Add(row);
        }

        return ([.. parts[0]], [.. parts[1]], [.. parts[2]]);
    }

    /// <summary>Draws ceil(fraction x n), at most n - 1, of the n rows of every user with at least two.</summary>
    public static (int[] History, int[] HeldOut, int LeftOut) HoldOut(KeyColumn users, double fraction, ulong seed)
    {
        UserRows rows = new(users);
        List<int> history = [], heldOut = [];
        int leftOut = 0;
        ulong key = KeyHash.Mix(KeyHash.Mix(seed) ^ unchecked((ulong)UserEpoch));
        for (int user = 0; user < rows.Count; user++)
        {
            Span<int> own = rows[user];
            if (own.Length < 2)
            {
                leftOut += own.Length;
                continue;
            }

            int drawn = int.Min(own.Length - 1, (int)Math.Ceiling(fraction * own.Length));
            ulong userKey = KeyHash.Mix(key ^ (ulong)user);
            for (int i = 0; i < drawn; i++)
            {
                int j = i + (int)Math.BigMul(KeyHash.Mix(userKey + (ulong)i), (ulong)(own.Length - i), out _);
                (own[i], own[j]) = (own[j], own[i]);
            }

            heldOut.AddRange(own[..drawn]);
            history.AddRange(own[drawn..]);
        }

        return (Sorted(history), Sorted(heldOut), leftOut);
    }

    /// <summary>Rows whose user and whose item have at least <paramref name="least"/> of the remaining rows each, found by leaving rows out until nothing changes.</summary>
    public static int[] Core(KeyColumn users, KeyColumn items, int least)
    {
        int[] userCounts = new int[users.KeyCount], itemCounts = new int[items.KeyCount];
        int[] rows = new int[users.Codes.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = row;
            userCounts[users.Codes[row]]++;
            itemCounts[items.Codes[row]]++;
        }

        int count = rows.Length, before;
        do
        {
            before = count;
            count = 0;
            for (int i = 0; i < before; i++)
            {
                int row = rows[i], user = users.Codes[row], item = items.Codes[row];
                if (userCounts[user] >= least && itemCounts[item] >= least)
                {
                    rows[count++] = row;
                }
                else
                {
                    userCounts[user]--;
                    itemCounts[item]--;
                }
            }
        }
        while (count < before);
        return rows[..count];
    }

    private static (int[] Training, int[] Validation, int[] Test) Cut(int[] order, int validation, int test)
    {
        int training = order.Length - validation - test;
        return (Sorted(order.AsSpan(0, training)), Sorted(order.AsSpan(training, validation)), Sorted(order.AsSpan(training + validation)));
    }

    private static int[] Sorted(List<int> rows) => Sorted(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows));

    private static int[] Sorted(ReadOnlySpan<int> rows)
    {
        int[] sorted = rows.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
