using System;
using System.Runtime.CompilerServices;

namespace ModelGen.Compiled;

/// <summary>
/// The item rows of an autoencoder while they are trained: of every row the entries of its support in ascending column order, padded
/// with zeros to a whole number of vectors, so that the optimiser passes over kept entries only. With all entries kept there are no
/// indices and the rows lie <see cref="WideStride"/> floats apart. When many entries are kept the products run over a dense copy of the
/// unit rows, else over the entries alone.
/// </summary>
public sealed class SparseRows : IDisposable
{
    private const int WideShare = 5;

    private readonly long[] _starts;
    private readonly int[] _counts;

    /// <summary>Rows of which row i keeps <paramref name="counts"/>[i] entries; null keeps all.</summary>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="dimension">Width r of a row.</param>
    /// <param name="counts">Kept entries of every row, 1 to r each, or null.</param>
    /// <param name="states">State buffers of the optimiser.</param>
    /// <param name="isWide">Whether products run over dense rows; always so when all entries are kept.</param>
    internal SparseRows(int rows, int dimension, int[]? counts, int states, bool isWide)
    {
        Rows = rows;
        Dimension = dimension;
        IsFull = counts is null;
        IsWide = isWide || counts is null;
        _starts = new long[rows + 1];
        _counts = counts ?? new int[rows];
        for (int row = 0; row < rows; row++)
        {
            _counts[row] = counts is null ? dimension : counts[row];
            _starts[row + 1] = _starts[row] + (counts is null ? WideStride(dimension) : Slots(_counts[row]));
            MostEntries = int.Max(MostEntries, _counts[row]);
        }

        long slots = _starts[rows];
        if (counts is not null && slots > Array.MaxLength)
        {
            throw new InsufficientMemoryException($"{slots:N0} kept entries are more than the {Array.MaxLength:N0} that one model holds. Use a smaller Dimension or fewer items (MinCount).");
        }

        Indices = counts is null ? [] : GC.AllocateUninitializedArray<int>((int)slots);
        Values = new NativeFloats(slots);
        Unit = new NativeFloats(slots);
        State = new NativeFloats[states];
        for (int s = 0; s < states; s++)
        {
            State[s] = new NativeFloats(slots);
        }

        Wide = IsFull ? Unit : IsWide ? new NativeFloats(rows * (long)WideStride(dimension)) : NativeFloats.Empty;
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Width r of a row.</summary>
    public int Dimension { get; }

    /// <summary>Whether every entry is kept.</summary>
    public bool IsFull { get; }

    /// <summary>Whether products run over the dense unit rows in <see cref="Wide"/>.</summary>
    public bool IsWide { get; }

    /// <summary>Column of every slot; the slots that pad a row repeat column 0. Empty when all entries are kept.</summary>
    public int[] Indices { get; }

    /// <summary>The trained values, zero in the padding.</summary>
    public NativeFloats Values { get; }

    /// <summary>The values at unit length of their row.</summary>
    public NativeFloats Unit { get; }

    /// <summary>Optimiser state, laid out like the values.</summary>
    public NativeFloats[] State { get; }

    /// <summary>Dense unit rows, <see cref="WideStride"/> floats apart; empty when products run over the entries.</summary>
    public NativeFloats Wide { get; }

    /// <summary>Slots in all, padding included.</summary>
    public long SlotCount => _starts[Rows];

    /// <summary>First slot of a row; row <see cref="Rows"/> is the end of the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Start(int row) => _starts[row];

    /// <summary>Kept entries of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Count(int row) => _counts[row];

    /// <summary>The most entries of a row.</summary>
    public int MostEntries { get; }

    /// <summary>
    /// Entries of a row that count, the largest by absolute value, chosen anew in every step (<see cref="SupportChoice.EveryStep"/>); 0 when all that are
    /// kept count.
    /// </summary>
    public int Chosen { get; internal set; }

    /// <summary>Sets the unit form of a row from its chosen entries, zero in the others.</summary>
    public void Choose(int row)
    {
        Span<float> values = Values.Span(_starts[row], _counts[row]), unit = Unit.Span(_starts[row], _counts[row]);
        LargestEntries largest = LargestEntries.Of(values, int.Min(Chosen, values.Length));
        double squares = 0;
        for (int j = 0; j < unit.Length; j++)
        {
            unit[j] = largest.Takes(values[j]) ? values[j] : 0;
            squares += (double)unit[j] * unit[j];
        }

        float inverse = (float)(1 / Math.Max(Math.Sqrt(squares), 1e-12));
        for (int j = 0; j < unit.Length; j++)
        {
            unit[j] *= inverse;
        }

        Spread(row);
    }

    /// <summary>Sets the gradient of a row, laid out like its entries, to zero where they are not chosen; returns the length of the chosen ones.</summary>
    public double KeepChosen(int row, ref float gradient)
    {
        ReadOnlySpan<float> values = Values.Span(_starts[row], _counts[row]), unit = Unit.Span(_starts[row], _counts[row]);
        double squares = 0;
        for (int j = 0; j < unit.Length; j++)
        {
            if (unit[j] == 0)
            {
                Unsafe.Add(ref gradient, j) = 0;
            }
            else
            {
                squares += (double)values[j] * values[j];
            }
        }

        return Math.Sqrt(squares);
    }

    /// <summary>Copies the unit entries of a row into its dense form, where there is one.</summary>
    public void Spread(int row)
    {
        if (IsFull || !IsWide)
        {
            return;
        }

        long start = _starts[row];
        ref float wide = ref Wide.At(row * (long)WideStride(Dimension));
        ref float unit = ref Unit.At(start);
        ref int index = ref Indices[start];
        for (nint j = 0; j < _counts[row]; j++)
        {
            Unsafe.Add(ref wide, Unsafe.Add(ref index, j)) = Unsafe.Add(ref unit, j);
        }
    }

    /// <summary>Moves the kept entries of a dense row to its front and sets the padding behind them to zero. Nothing moves when all are kept.</summary>
    public void Compact(int row, ref float dense)
    {
        if (IsFull)
        {
            return;
        }

        ref int index = ref Indices[_starts[row]];
        nint count = _counts[row];
        for (nint j = 0; j < count; j++)
        {
            Unsafe.Add(ref dense, j) = Unsafe.Add(ref dense, Unsafe.Add(ref index, j));
        }

        for (nint j = count; j < Slots((int)count); j++)
        {
            Unsafe.Add(ref dense, j) = 0;
        }
    }

    /// <summary>
    /// Whether products run faster over dense rows: they reach the peak of the processor, while a kept entry costs its loads. Narrow rows are
    /// always dense.
    /// </summary>
    internal static bool PrefersWide(int dimension, int kept) => kept * WideShare > dimension || dimension <= 64;

    /// <summary>Slots that a number of entries takes: a whole number of the widest vectors.</summary>
    public static int Slots(int count) => (count + 15) & ~15;

    /// <summary>Floats between two dense rows: panels of 32, and 32 more where the rows would all begin at the same place of a memory page.</summary>
    public static int WideStride(int dimension)
    {
        int stride = (dimension + 31) & ~31;
        return stride % 1024 == 0 ? stride + 32 : stride;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Values.Dispose();
        if (!IsFull)
        {
            Wide.Dispose();
        }

        Unit.Dispose();
        foreach (NativeFloats state in State)
        {
            state.Dispose();
        }
    }
}
