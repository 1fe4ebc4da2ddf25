using System;

namespace ModelGen;

/// <summary>The best few of a stream of scored items; of equal scores the one that came first is the better. A binary heap with the worst on top.</summary>
internal struct TopList(int capacity)
{
    private readonly Recommendation[] _heap = new Recommendation[capacity];
    private int _count;

    /// <summary>Offers an item; items come in ascending order. Scores of negative infinity are not taken.</summary>
    public void Add(int item, float score)
    {
        if (score == float.NegativeInfinity)
        {
            return;
        }

        if (_count < _heap.Length)
        {
            int at = _count++;
            for (; at > 0 && IsWorse(new Recommendation(item, score), _heap[(at - 1) / 2]); at = (at - 1) / 2)
            {
                _heap[at] = _heap[(at - 1) / 2];
            }

            _heap[at] = new Recommendation(item, score);
        }
        else if (_heap.Length > 0 && score > _heap[0].Score)
        {
            Sink(new Recommendation(item, score), _count);
        }
    }

    /// <summary>The items, best first; the list is empty afterwards.</summary>
    public Recommendation[] Take()
    {
        Recommendation[] sorted = new Recommendation[_count];
        while (_count > 0)
        {
            sorted[--_count] = _heap[0];
            Sink(_heap[_count], _count);
        }

        return sorted;
    }

    private static bool IsWorse(Recommendation a, Recommendation b) => a.Score < b.Score || (a.Score == b.Score && a.Item > b.Item);

    private readonly void Sink(Recommendation value, int count)
    {
        int at = 0;
        while ((2 * at) + 1 < count)
        {
            int child = (2 * at) + 1;
            if (child + 1 < count && IsWorse(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (!IsWorse(_heap[child], value))
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        if (_heap.Length > 0)
        {
            _heap[at] = value;
        }
    }
}
