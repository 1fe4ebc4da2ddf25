using System;

namespace ModelGen;

/// <summary>The rows of every user of a data set, in compressed rows. Users are local codes of the user column, some without a row.</summary>
internal sealed class UserRows
{
    private readonly int[] _starts;
    private readonly int[] _rows;

    /// <summary>Groups the rows by user, in row order.</summary>
    public UserRows(KeyColumn users)
    {
        _starts = new int[users.KeyCount + 1];
        foreach (int user in users.Codes)
        {
            _starts[user + 1]++;
        }

        for (int u = 0; u < users.KeyCount; u++)
        {
            _starts[u + 1] += _starts[u];
        }

        int[] next = _starts.AsSpan(0, users.KeyCount).ToArray();
        _rows = new int[users.Codes.Length];
        for (int row = 0; row < _rows.Length; row++)
        {
            _rows[next[users.Codes[row]]++] = row;
        }
    }

    /// <summary>Number of user codes.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>The rows of a user, which the caller may reorder.</summary>
    public Span<int> this[int user] => _rows.AsSpan(_starts[user].._starts[user + 1]);
}
