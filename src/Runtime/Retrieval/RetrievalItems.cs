using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelGen;

/// <summary>What the models of retrieval share: checks of items, and sums of rows.</summary>
internal static class RetrievalItems
{
    /// <summary>The item, if it exists.</summary>
    public static int Check(int item, int items) => (uint)item < (uint)items
        ? item
        : throw new ArgumentOutOfRangeException(nameof(item), item, $"Item {item} does not exist; the model has items 0 to {items - 1}.");

    /// <summary>The part of a destination that scores of all items fill.</summary>
    public static Span<float> Destination(Span<float> destination, int items) => destination.Length >= items
        ? destination[..items]
        : throw new ArgumentException($"The scores of {items:N0} items do not fit {destination.Length:N0} floats.", nameof(destination));

    /// <summary>Items without a user, ascending.</summary>
    public static int[] Untrained(ReadOnlySpan<int> counts)
    {
        List<int> untrained = [];
        for (int item = 0; item < counts.Length; item++)
        {
            if (counts[item] == 0)
            {
                untrained.Add(item);
            }
        }

        return [.. untrained];
    }

    /// <summary>sums += row, element by element, so the vector width does not matter.</summary>
    public static void Add(ReadOnlySpan<float> row, Span<float> sums)
    {
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(row);
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(sums)[..from.Length];
        for (int i = 0; i < from.Length; i++)
        {
            to[i] += from[i];
        }

        for (int i = from.Length * Vector<float>.Count; i < row.Length; i++)
        {
            sums[i] += row[i];
        }
    }
}
