using System;
using System.Numerics;

namespace ModelGen.Compiled;

/// <summary>Sorts the examples of a batch by their id of one categorical input, digit by digit; examples of one id keep their order.</summary>
/// <param name="codes">Code of every example.</param>
/// <param name="map">Id of every code, or a negative number for none; those examples come first.</param>
/// <param name="ids">Number of ids.</param>
internal sealed class ExampleOrder(int[] codes, int[] map, long ids)
{
    private const int DigitBits = 8;
    private const int Digits = 1 << DigitBits;

    private readonly int _bits = BitOperations.Log2((ulong)long.Max(1, ids)) + 1;
    private readonly int[] _starts = new int[Digits];
    private uint[] _keys = [];
    private uint[] _sortedKeys = [];
    private int[] _sorted = [];

    /// <summary>Sorts indices into the data set in place.</summary>
    public void Sort(Span<int> examples)
    {
        Room.For(ref _keys, examples.Length);
        Room.For(ref _sortedKeys, examples.Length);
        Room.For(ref _sorted, examples.Length);
        for (int i = 0; i < examples.Length; i++)
        {
            _keys[i] = (uint)(map[codes[examples[i]]] + 1);
        }

        for (int shift = 0; shift < _bits; shift += DigitBits)
        {
            Pass(examples, shift);
            (_keys, _sortedKeys) = (_sortedKeys, _keys);
        }
    }

    private void Pass(Span<int> examples, int shift)
    {
        ReadOnlySpan<uint> keys = _keys.AsSpan(0, examples.Length);
        Array.Clear(_starts);
        foreach (uint key in keys)
        {
            _starts[(key >> shift) & (Digits - 1)]++;
        }

        int sum = 0;
        foreach (ref int start in _starts.AsSpan())
        {
            (start, sum) = (sum, sum + start);
        }

        for (int i = 0; i < keys.Length; i++)
        {
            int at = _starts[(keys[i] >> shift) & (Digits - 1)]++;
            _sortedKeys[at] = keys[i];
            _sorted[at] = examples[i];
        }

        _sorted.AsSpan(0, examples.Length).CopyTo(examples);
    }
}
