using System;

namespace ModelGen;

/// <summary>
/// One list of work items made of several groups, each spread evenly over it. So the first part of the list holds the first part of every
/// group: a thread whose home is a part of the list meets the same part of every group in every step, and groups of unequal weight are
/// shared equally.
/// </summary>
internal sealed class WorkOrder(int groups)
{
    private readonly int[] _sizes = new int[groups];
    private readonly int[] _taken = new int[groups];
    private (int Group, int Index)[] _items = [];

    /// <summary>Items of all groups.</summary>
    public int Count { get; private set; }

    /// <summary>The group and the number within it of an item of the list.</summary>
    public (int Group, int Index) this[int item] => _items[item];

    /// <summary>Orders the items of groups of these sizes, unless they are those of before.</summary>
    public void Arrange(ReadOnlySpan<int> sizes)
    {
        if (sizes.SequenceEqual(_sizes))
        {
            return;
        }

        sizes.CopyTo(_sizes);
        Array.Clear(_taken);
        Count = 0;
        foreach (int size in sizes)
        {
            Count += size;
        }

        if (_items.Length < Count)
        {
            _items = new (int, int)[Count + (Count / 2)];
        }

        for (int item = 0; item < Count; item++)
        {
            // Item i of a group of n lies at (2 i + 1) / n; the group with the least place is next.
            int next = -1;
            for (int g = 0; g < _sizes.Length; g++)
            {
                if (_taken[g] < _sizes[g] && (next < 0 || ((2L * _taken[g]) + 1) * _sizes[next] < ((2L * _taken[next]) + 1) * _sizes[g]))
                {
                    next = g;
                }
            }

            _items[item] = (next, _taken[next]++);
        }
    }
}
