using System;

namespace ModelGen;

/// <summary>An array that grows while a column is read.</summary>
/// <param name="source">Source and column, for the message when it is full.</param>
/// <param name="limit">Most values it may hold.</param>
internal sealed class ColumnBuffer<T>(string source, int limit)
{
    private T[] _items = [];

    /// <summary>Number of values.</summary>
    public int Count { get; private set; }

    /// <summary>The value at an index below <see cref="Count"/>.</summary>
    public T this[int index] => _items[index];

    /// <summary>The values.</summary>
    public ReadOnlySpan<T> Items => _items.AsSpan(0, Count);

    /// <summary>Appends a value.</summary>
    /// <exception cref="DataSetException">The limit is reached.</exception>
    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            Grow();
        }

        _items[Count++] = item;
    }

    /// <summary>Takes all values out; their room is kept.</summary>
    public void Clear() => Count = 0;

    /// <summary>The values in an array of exactly their number; the buffer is empty afterwards.</summary>
    public T[] Take()
    {
        T[] items = _items;
        Array.Resize(ref items, Count);
        _items = [];
        Count = 0;
        return items;
    }

    private void Grow()
    {
        if (Count >= limit)
        {
            throw new DataSetException($"{source}: more than {limit:N0} values in one column. Split the data into several sets, or filter rows while reading.");
        }

        Array.Resize(ref _items, (int)long.Min(limit, long.Max(1024, 2L * _items.Length)));
    }
}
