using System;
using System.Runtime.CompilerServices;

namespace ModelGen;

/// <summary>
/// Which items every user has met: one bit per user and item while that takes at most 64 MB, else a search in sorted histories.
/// </summary>
internal sealed class MetItems
{
    private const long LargestBitmap = 64L << 20;

    private readonly InteractionMatrix _histories;
    private readonly ulong[]? _bits;
    private readonly int _wordsPerUser;

    /// <summary>Collects the pairs; items outside 0 to <paramref name="items"/> - 1 are those of unknown values and are left out.</summary>
    public MetItems(KeyColumn users, int[] itemOfRow, int items)
    {
        _histories = InteractionMatrix.From(users, itemOfRow, items);
        _wordsPerUser = (items + 63) / 64;
        if ((long)users.KeyCount * _wordsPerUser * sizeof(ulong) > LargestBitmap)
        {
            return;
        }

        _bits = new ulong[users.KeyCount * _wordsPerUser];
        for (int u = 0; u < users.KeyCount; u++)
        {
            foreach (int met in _histories.History(u))
            {
                _bits[(u * _wordsPerUser) + (met >> 6)] |= 1UL << met;
            }
        }
    }

    /// <summary>Number of distinct items a user has met.</summary>
    public int Count(int user) => _histories.History(user).Length;

    /// <summary>Whether a user has met an item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int user, int item) => _bits is { } bits
        ? ((bits[(user * _wordsPerUser) + (item >> 6)] >> item) & 1) != 0
        : _histories.History(user).BinarySearch(item) >= 0;
}
