using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Which users met which items: a binary matrix of users x items in compressed rows, 4 bytes per interaction and per user.
/// The items of a user are distinct and ascending. Input of the retrieval methods (EASE, compressed ELSA). Immutable.
/// </summary>
public sealed class InteractionMatrix
{
    private readonly int[] _starts;
    private readonly int[] _items;

    private InteractionMatrix(int items, int[] starts, int[] itemsOfUsers)
    {
        Items = items;
        _starts = starts;
        _items = itemsOfUsers;
    }

    /// <summary>Number of users: rows of the matrix, at least 0. A user may have no item.</summary>
    public int Users => _starts.Length - 1;

    /// <summary>Number of items: columns of the matrix, at least 0. An item may have no user.</summary>
    public int Items { get; }

    /// <summary>Number of interactions: entries of the matrix that are one.</summary>
    public long Count => _items.Length;

    /// <summary>Builds the matrix from pairs in any order; a pair that occurs again changes nothing.</summary>
    /// <param name="users">Number of users, at least 0.</param>
    /// <param name="items">Number of items, at least 0.</param>
    /// <param name="userOfPair">User of every pair, 0 to <paramref name="users"/> - 1.</param>
    /// <param name="itemOfPair">Item of every pair, 0 to <paramref name="items"/> - 1; as many as users.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, or a user or an item is outside its range.</exception>
    /// <exception cref="ArgumentException">The two lists differ in length.</exception>
    public static InteractionMatrix From(int users, int items, ReadOnlySpan<int> userOfPair, ReadOnlySpan<int> itemOfPair)
    {
        CheckCount(users, Array.MaxLength - 2, nameof(users));
        CheckCount(items, int.MaxValue, nameof(items));
        if (userOfPair.Length != itemOfPair.Length)
        {
            throw new ArgumentException($"{userOfPair.Length:N0} users but {itemOfPair.Length:N0} items are given; every pair has one of each.", nameof(itemOfPair));
        }

        for (int pair = 0; pair < userOfPair.Length; pair++)
        {
            CheckEntry(userOfPair[pair], users, "user", pair, nameof(userOfPair));
            CheckEntry(itemOfPair[pair], items, "item", pair, nameof(itemOfPair));
        }

        // Placing advances the start of user u at index u + 1, so that afterwards index u + 1 is the end of u.
        int[] cursors = new int[users + 2];
        foreach (int user in userOfPair)
        {
            cursors[user + 2]++;
        }

        for (int i = 2; i < cursors.Length; i++)
        {
            cursors[i] += cursors[i - 1];
        }

        int[] placed = new int[userOfPair.Length];
        for (int pair = 0; pair < userOfPair.Length; pair++)
        {
            placed[cursors[userOfPair[pair] + 1]++] = itemOfPair[pair];
        }

        return new InteractionMatrix(items, Distinct(placed, cursors, users, out int count), placed.AsSpan(0, count).ToArray());
    }

    /// <summary>
    /// The pairs of a data set's user and item. User u is the key number u of the user column, so subsets of one data set agree; items are
    /// numbered by a vocabulary, which is usually that of the training split, and those it does not know are left out.
    /// </summary>
    /// <param name="data">Examples of a model with a [User] and an [Item] property.</param>
    /// <param name="items">Vocabulary of the item.</param>
    /// <exception cref="InvalidOperationException">The model has no user or no item.</exception>
    /// <exception cref="UnknownKeyException">An item is unknown and its feature refuses unknown values.</exception>
    public static InteractionMatrix From(DataSet data, Vocabulary items)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(items);
        KeyColumn users = data.Categoricals[data.Schema.Require(FeatureRole.User, "A matrix of interactions")];
        KeyColumn column = data.Categoricals[data.Schema.Require(FeatureRole.Item, "A matrix of interactions")];
        int[] map = items.Map(column);
        return From(users, Array.ConvertAll(column.Codes, code => map[code]), items.Count);
    }

    /// <summary>The pairs of a user column and the item of every row; items outside 0 to <paramref name="items"/> - 1 are left out.</summary>
    internal static InteractionMatrix From(KeyColumn users, ReadOnlySpan<int> itemOfRow, int items)
    {
        int[] user = new int[itemOfRow.Length], item = new int[itemOfRow.Length];
        int count = 0;
        for (int row = 0; row < itemOfRow.Length; row++)
        {
            if ((uint)itemOfRow[row] < (uint)items)
            {
                user[count] = users.Codes[row];
                item[count++] = itemOfRow[row];
            }
        }

        return From(users.KeyCount, items, user.AsSpan(0, count), item.AsSpan(0, count));
    }

    /// <summary>The items of a user, distinct and ascending; empty when there are none. Valid as long as the matrix.</summary>
    /// <param name="user">0 to <see cref="Users"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user.</exception>
    public ReadOnlySpan<int> History(int user)
    {
        if ((uint)user >= (uint)Users)
        {
            throw new ArgumentOutOfRangeException(nameof(user), user, $"User {user} does not exist; the matrix has users 0 to {Users - 1}.");
        }

        return _items.AsSpan(_starts[user].._starts[user + 1]);
    }

    /// <summary>The matrix of some users in the order given, with all items; a user may be named more than once.</summary>
    /// <param name="users">Users of this matrix, 0 to <see cref="Users"/> - 1 each; they become users 0, 1, 2 and so on.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such user.</exception>
    /// <exception cref="ArgumentException">The selected users have more interactions than one array holds.</exception>
    public InteractionMatrix SelectUsers(ReadOnlySpan<int> users)
    {
        int[] starts = new int[users.Length + 1];
        long count = 0;
        for (int i = 0; i < users.Length; i++)
        {
            count += History(users[i]).Length;
            if (count > Array.MaxLength)
            {
                throw new ArgumentException($"The selected users have more than {Array.MaxLength:N0} interactions, more than one matrix holds; select fewer.", nameof(users));
            }

            starts[i + 1] = (int)count;
        }

        int[] items = new int[count];
        for (int i = 0; i < users.Length; i++)
        {
            History(users[i]).CopyTo(items.AsSpan(starts[i]));
        }

        return new InteractionMatrix(Items, starts, items);
    }

    /// <summary>Number of users of every item: the column sums, <see cref="Items"/> values.</summary>
    public int[] ItemCounts()
    {
        int[] counts = new int[Items];
        foreach (int item in _items)
        {
            counts[item]++;
        }

        return counts;
    }

    /// <summary>Sorts the items of every user, drops repeated ones and moves the rest together; returns the new starts.</summary>
    private static int[] Distinct(int[] items, ReadOnlySpan<int> starts, int users, out int count)
    {
        int[] packed = new int[users + 1];
        count = 0;
        for (int user = 0; user < users; user++)
        {
            Span<int> history = items.AsSpan(starts[user]..starts[user + 1]);
            history.Sort();
            int last = -1;
            foreach (int item in history)
            {
                if (item != last)
                {
                    items[count++] = last = item;
                }
            }

            packed[user + 1] = count;
        }

        return packed;
    }

    private static void CheckCount(int count, int most, string name)
    {
        if (count < 0 || count > most)
        {
            throw new ArgumentOutOfRangeException(name, count, $"The number of {name} is {count:N0}; it must be 0 to {most:N0}.");
        }
    }

    private static void CheckEntry(int value, int count, string what, int pair, string name)
    {
        if ((uint)value >= (uint)count)
        {
            throw new ArgumentOutOfRangeException(
                name, value, $"Pair {pair} has {what} {value}; there are {count:N0} {what}s, so it must be at least 0 and less than {count:N0}.");
        }
    }
}
