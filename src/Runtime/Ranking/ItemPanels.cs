using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// The vectors of a catalogue, laid out for products with blocks of 8 queries: panels of 32 items, in each of them a row of 32 floats per
/// dimension. The product of a pair is summed in the order of the dimensions, whichever block it is in.
/// </summary>
internal sealed class ItemPanels
{
    private const int PanelItems = 32;
    private const int Rows = 8;

    private readonly NativeFloats _panels;
    private readonly int _width;

    /// <summary>Makes room for a number of vectors.</summary>
    public ItemPanels(int items, int width)
    {
        Items = items;
        _width = width;
        _panels = new NativeFloats((items + PanelItems - 1L) / PanelItems * PanelItems * width);
    }

    /// <summary>Number of items.</summary>
    public int Items { get; }

    /// <summary>Sets the vector of an item.</summary>
    public void Set(int item, ReadOnlySpan<float> vector)
    {
        ref float column = ref _panels.At(((long)(item / PanelItems) * PanelItems * _width) + (item % PanelItems));
        for (int k = 0; k < vector.Length; k++)
        {
            Unsafe.Add(ref column, k * PanelItems) = vector[k];
        }
    }

    /// <summary>Inner products of 8 queries with all items.</summary>
    /// <param name="queries">8 x width floats, of which only the first rows may be of use.</param>
    /// <param name="count">Queries whose products are wanted, 1 to 8.</param>
    /// <param name="scores">Count x <see cref="Items"/> products, row by row.</param>
    public void Multiply(ReadOnlySpan<float> queries, int count, Span<float> scores)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Multiply<Simd512, Vector512<float>>(queries, count, scores);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Multiply<Simd256, Vector256<float>>(queries, count, scores);
        }
        else
        {
            Multiply<Simd128, Vector128<float>>(queries, count, scores);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply<S, V>(ReadOnlySpan<float> queries, int count, Span<float> scores)
        where S : struct, ISimd<V>
        where V : struct
    {
        Span<float> tile = stackalloc float[Rows * PanelItems];
        ref float x = ref Unsafe.AsRef(in queries[0]);
        ref float y = ref tile[0];
        for (int first = 0; first < Items; first += PanelItems)
        {
            ref float panel = ref _panels.At((long)first * _width);
            for (nuint n = 0; n < PanelItems; n += 2 * (nuint)S.Width)
            {
                Microkernel.Rows8Vectors2<S, V>(
                    ref x, (nuint)_width, 1, ref Unsafe.Add(ref panel, n), PanelItems, (nuint)_width,
                    false, ref y, 0, Finish.None, ref y, 0, ref Unsafe.Add(ref y, n), PanelItems);
            }

            int items = int.Min(PanelItems, Items - first);
            for (int q = 0; q < count; q++)
            {
                tile.Slice(q * PanelItems, items).CopyTo(scores.Slice((q * Items) + first, items));
            }
        }
    }
}
