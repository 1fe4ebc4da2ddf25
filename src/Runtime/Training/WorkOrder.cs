using System;

namespace ModelGen;

/// <summary>
/// One list of work items made of several groups, cut into a home block per thread that holds the same part of every group: its first part
/// for the first thread and so on. So a thread meets the same part of every group in every step, and groups of unequal weight are shared equally.
/// Inside a block the groups are spread evenly, so that items about the same rows are neighbours; loose groups follow one another at its end. What
/// is last is what other threads take when they are done with their own, so loose groups are those whose work is as cheap on one thread as on another.
/// </summary>
/// <param name="groups">Number of groups, the loose ones included.</param>
/// <param name="loose">How many of the last groups are loose.</param>
/// <param name="threads">Threads of the team.</param>
internal sealed class WorkOrder(int groups, int loose, int threads)
{
    private readonly int[] _sizes = new int[groups];
    private readonly int[] _ends = new int[threads];
    private readonly int[] _first = new int[groups];
    private readonly int[] _taken = new int[groups];
    private readonly int[] _share = new int[groups];
    private (int Group, int Index)[] _items = [];

    /// <summary>Items of all groups.</summary>
    public int Count => _ends[^1];

    /// <summary>Where the home block of every thread ends in the list; it begins where that of the thread before ends.</summary>
    public ReadOnlySpan<int> Ends => _ends;

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
        int count = 0;
        foreach (int size in sizes)
        {
            count += size;
        }

        if (_items.Length < count)
        {
            _items = new (int, int)[count + (count / 2)];
        }

        int item = 0;
        for (int t = 0; t < threads; t++)
        {
            for (int g = 0; g < groups; g++)
            {
                _first[g] = Before(sizes[g], g, t);
                _share[g] = Before(sizes[g], g, t + 1) - _first[g];
                _taken[g] = 0;
            }

            for (int next = Next(); next >= 0; next = Next())
            {
                _items[item++] = (next, _first[next] + _taken[next]++);
            }

            for (int g = groups - loose; g < groups; g++)
            {
                for (int i = 0; i < _share[g]; i++)
                {
                    _items[item++] = (g, _first[g] + i);
                }
            }

            _ends[t] = item;
        }
    }

    // Item i of a group that has n in the block lies at (2 i + 1) / n; the group with the least place is next.
    private int Next()
    {
        int next = -1;
        for (int g = 0; g < groups - loose; g++)
        {
            if (_taken[g] < _share[g] && (next < 0 || ((2L * _taken[g]) + 1) * _share[next] < ((2L * _taken[next]) + 1) * _share[g]))
            {
                next = g;
            }
        }

        return next;
    }

    // What is left over after equal shares goes to one thread each, beginning with another thread for every group.
    private int Before(int size, int group, int thread)
    {
        int over = size % threads, first = group % threads;
        return (size / threads * thread) + int.Max(0, int.Min(first + thread, over) - first) + int.Clamp(first + thread - threads, 0, over);
    }
}
