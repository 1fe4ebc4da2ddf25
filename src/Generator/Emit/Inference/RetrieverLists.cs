using ModelGen.Generator.Ir;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// The lists of a retriever with sparse rows. They hold no scores but what a score can be at most, in a byte per item, so that a query reads three bytes
/// per entry and only entries that raise a score; the few items that could enter the list are scored exactly from their rows.
/// </summary>
internal static class RetrieverLists
{
    // A place within a block of items takes two bytes, and the bounds of a block, a byte each, stay near the processor.
    private const int BlockItems = 65536;

    public static string Fields => $$"""
        // Items whose bounds are made together.
        private const int BlockItems = {{BlockItems}};

        [ThreadStatic]
        private static int[]? t_active;

        [ThreadStatic]
        private static int[]? t_met;

        [ThreadStatic]
        private static byte[]? t_bounds;

        [ThreadStatic]
        private static byte[]? t_rises;

        private readonly nint _columns;
        private readonly int[] _rowStarts;

        // Size of the largest value.
        private readonly float _largest;

        // Per block of items and column a list of the items with positive values and one of those with negative values, ascending. A list is its
        // items, counted from the block's first, two bytes each, then the sizes of their values in parts of 255 of the largest, rounded up.
        private readonly int[] _listStarts;
        private readonly byte[] _lists;
        """;

    public static string Load(Parameter rows) => $$"""
        _columns = file.Find("{{rows.Name}}.index", out long columnBytes);
        nint counts = file.Find("{{rows.Name}}.count", out long countBytes);
        _rowStarts = RowStarts(counts, countBytes);
        if (valueBytes != (long)_rowStarts[Items] * _valueBytes || columnBytes != (long)_rowStarts[Items] * {{ColumnBytes(rows)}})
        {
            throw new InvalidDataException("The rows of {{rows.Name}} do not fit its items.");
        }

        _largest = Largest();
        _listStarts = new int[((Items + BlockItems - 1) / BlockItems * {{2 * rows.Columns}}) + 1];
        _lists = GC.AllocateUninitializedArray<byte>(checked((3 * _rowStarts[Items]) + 32));
        for (int first = 0; first < Items; first += BlockItems)
        {
            FillLists(first, Math.Min(Items, first + BlockItems));
        }
        """;

    public static string Members(Parameter rows, bool isPublic) => $$"""
        private int Column(int at)
        {
            int column = {{(ColumnBytes(rows) == 4 ? "Unsafe.ReadUnaligned<int>(ref ByteAt(_columns + (4 * (nint)at)))" : "Unsafe.ReadUnaligned<ushort>(ref ByteAt(_columns + (2 * (nint)at)))")}};
            return (uint)column < {{rows.Columns}}u ? column : throw new InvalidDataException($"A row of {{rows.Name}} has an entry in column {column}; there are {{rows.Columns}}.");
        }

        // Where each row begins: all have the same number of entries, or each its own.
        private int[] RowStarts(nint counts, long countBytes)
        {
            if (countBytes != 0 && countBytes != 2L * Items)
            {
                throw new InvalidDataException($"Tensor {{rows.Name}}.count has {countBytes} bytes, expected {2L * Items}.");
            }

            int[] starts = new int[Items + 1];
            for (int item = 0; item < Items; item++)
            {
                starts[item + 1] = checked(starts[item] + (countBytes == 0 ? {{rows.Kept}} : Unsafe.ReadUnaligned<ushort>(ref ByteAt(counts + (2 * (nint)item)))));
            }

            return starts;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private float Largest()
        {
            float largest = 0;
            for (int item = 0; item < Items; item++)
            {
                for (int at = _rowStarts[item]; at < _rowStarts[item + 1]; at++)
                {
                    largest = Math.Max(largest, Math.Abs(Value(at, item)));
                }
            }

            return largest;
        }

        // The lists of a block of items: entries counted per list, then each put in the next place of its own.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void FillLists(int first, int end)
        {
            Span<int> starts = _listStarts.AsSpan(first / BlockItems * {{2 * rows.Columns}}, {{(2 * rows.Columns) + 1}});
            int[] next = new int[{{2 * rows.Columns}}];
            for (int item = first; item < end; item++)
            {
                for (int at = _rowStarts[item]; at < _rowStarts[item + 1]; at++)
                {
                    next[(2 * Column(at)) + (Value(at, item) < 0 ? 1 : 0)]++;
                }
            }

            for (int list = 0; list < next.Length; list++)
            {
                starts[list + 1] = starts[list] + next[list];
                next[list] = 0;
            }

            ref byte lists = ref MemoryMarshal.GetArrayDataReference(_lists);
            float parts = _largest > 0 ? 255 / _largest : 0;
            for (int item = first; item < end; item++)
            {
                for (int at = _rowStarts[item]; at < _rowStarts[item + 1]; at++)
                {
                    float value = Value(at, item);
                    int list = (2 * Column(at)) + (value < 0 ? 1 : 0), place = next[list]++;
                    ref byte own = ref Unsafe.Add(ref lists, 3 * (nint)starts[list]);
                    Unsafe.WriteUnaligned(ref Unsafe.Add(ref own, 2 * (nint)place), (ushort)(item - first));
                    Unsafe.Add(ref own, (2 * (nint)(starts[list + 1] - starts[list])) + place) = (byte)Math.Min(255, MathF.Ceiling(Math.Abs(value) * parts));
                }
            }
        }

        // The score of an item, column by column in ascending order.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private float ScoreOne(ReadOnlySpan<float> user, int item)
        {
            float score = 0;
            for (int at = _rowStarts[item], end = _rowStarts[item + 1]; at < end; at++)
            {
                score += user[Column(at)] * Value(at, item);
            }

            return score;
        }

        private void ScoreBlock(ReadOnlySpan<float> user, int first, Span<float> scores)
        {
            for (int i = 0; i < scores.Length; i++)
            {
                scores[i] = ScoreOne(user, first + i);
            }
        }

        // Gathers the candidates of all items.
        private int Rank(ReadOnlySpan<float> user, ReadOnlySpan<int> history, Span<ulong> candidates, int most)
        {
            ReadOnlySpan<int> active = Active(user, out float heaviest);
            Span<byte> bounds = Room(ref t_bounds, BlockItems);
            float worst = float.NegativeInfinity;
            int count = 0, unseen = 0;
            for (int first = 0; first < Items && most > 0; first += BlockItems)
            {
                int end = Math.Min(Items, first + BlockItems), least = 0;
                float step = count == 0 ? heaviest * _largest / 60 : count == most ? Math.Max(worst / 100, heaviest * _largest / 250) : 0;
                if (step > 0 && float.IsFinite(step) && (count == 0 || worst >= 2 * step))
                {
                    Raise(active, user, heaviest, step, first, bounds);
                    Exclude(history, unseen, first, end, bounds);
                    least = count == 0 ? Beat(user, first, bounds, step, candidates, most) : Threshold(worst, step);
                }

                count = least > 0
                    ? CollectBounded(user, first, bounds, least, candidates, count, most, ref worst)
                    : CollectBlock(user, history, unseen, first, end, candidates, count, most, ref worst);
                Tighten(candidates, ref count, most, ref worst);
                while (unseen < _unseenCount && Unseen(unseen) < end)
                {
                    unseen++;
                }
            }

            return count;
        }

        // The columns in which a user has something, and the size of the largest.
        private static ReadOnlySpan<int> Active(ReadOnlySpan<float> user, out float heaviest)
        {
            int[] active = t_active ??= new int[{{rows.Columns}}];
            int count = 0;
            heaviest = 0;
            for (int column = 0; column < user.Length; column++)
            {
                active[count] = column;
                count += user[column] != 0 ? 1 : 0;
                heaviest = Math.Max(heaviest, Math.Abs(user[column]));
            }

            return active.AsSpan(0, count);
        }

        // What the scores of a block can be at most, in steps, rounded up and at most 255. What an entry adds is a product of 16 bits: the size of
        // its value and the weight of its column, with as many binary places as fit.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Raise(ReadOnlySpan<int> active, ReadOnlySpan<float> user, float heaviest, float step, int first, Span<byte> bounds)
        {
            int places = 15;
            float unit = _largest / 255 / step * (1 << places);
            while (places > 8 && MathF.Ceiling(heaviest * unit) > (65536 - (1 << places)) / 255)
            {
                places--;
                unit /= 2;
            }

            bounds.Clear();
            ref byte target = ref MemoryMarshal.GetReference(bounds), rises = ref MemoryMarshal.GetArrayDataReference(t_rises ??= new byte[BlockItems + 32]);
            ref byte lists = ref MemoryMarshal.GetArrayDataReference(_lists);
            ref int starts = ref _listStarts[first / BlockItems * {{2 * rows.Columns}}];
            Vector256<ushort> up = Vector256.Create((ushort)((1 << places) - 1));
            for (int k = 0; k < active.Length; k++)
            {
                if (k + 8 < active.Length)
                {
                    int coming = (2 * active[k + 8]) + (user[active[k + 8]] < 0 ? 1 : 0);
                    nint line = 3 * (nint)Unsafe.Add(ref starts, coming), last = Math.Min(3 * (nint)Unsafe.Add(ref starts, coming + 1), line + 1024);
                    for (; line < last; line += 64)
                    {
                        Prefetch(ref Unsafe.Add(ref lists, line));
                    }
                }

                float weight = user[active[k]];
                int list = (2 * active[k]) + (weight < 0 ? 1 : 0), start = Unsafe.Add(ref starts, list), length = Unsafe.Add(ref starts, list + 1) - start;
                ref ushort items = ref Unsafe.As<byte, ushort>(ref Unsafe.Add(ref lists, 3 * (nint)start));
                ref byte sizes = ref Unsafe.Add(ref lists, (3 * (nint)start) + (2 * (nint)length));
                Vector256<ushort> factor = Vector256.Create((ushort)MathF.Ceiling(Math.Abs(weight) * unit));
                for (int i = 0; i < length; i += 32)
                {
                    (Vector256<ushort> low, Vector256<ushort> high) = Vector256.Widen(Vector256.LoadUnsafe(ref sizes, (nuint)i));
                    Vector256.Narrow(((low * factor) + up) >>> places, ((high * factor) + up) >>> places).StoreUnsafe(ref rises, (nuint)i);
                }

                nint at = 0;
                for (; at + 4 <= length; at += 4)
                {
                    ref byte b0 = ref Unsafe.Add(ref target, (nint)Unsafe.Add(ref items, at)), b1 = ref Unsafe.Add(ref target, (nint)Unsafe.Add(ref items, at + 1));
                    ref byte b2 = ref Unsafe.Add(ref target, (nint)Unsafe.Add(ref items, at + 2)), b3 = ref Unsafe.Add(ref target, (nint)Unsafe.Add(ref items, at + 3));
                    int v0 = b0 + Unsafe.Add(ref rises, at), v1 = b1 + Unsafe.Add(ref rises, at + 1), v2 = b2 + Unsafe.Add(ref rises, at + 2), v3 = b3 + Unsafe.Add(ref rises, at + 3);
                    b0 = (byte)Math.Min(v0, 255);
                    b1 = (byte)Math.Min(v1, 255);
                    b2 = (byte)Math.Min(v2, 255);
                    b3 = (byte)Math.Min(v3, 255);
                }

                for (; at < length; at++)
                {
                    ref byte b = ref Unsafe.Add(ref target, (nint)Unsafe.Add(ref items, at));
                    b = (byte)Math.Min(b + Unsafe.Add(ref rises, at), 255);
                }
            }
        }

        {{(isPublic ? """
        private static unsafe void Prefetch(ref byte at)
        {
            if (System.Runtime.Intrinsics.X86.Sse.IsSupported)
            {
                System.Runtime.Intrinsics.X86.Sse.Prefetch0(Unsafe.AsPointer(ref at));
            }
        }
        """ : "private static void Prefetch(ref byte at) => ModelGen.Compiled.CacheLine.Prefetch(ref at);")}}

        // Items of the history and those never seen get no bound.
        private void Exclude(ReadOnlySpan<int> history, int unseen, int first, int end, Span<byte> bounds)
        {
            foreach (int item in history)
            {
                if (item >= first && item < end)
                {
                    bounds[item - first] = 0;
                }
            }

            for (; unseen < _unseenCount && Unseen(unseen) is var item && item < end; unseen++)
            {
                bounds[item - first] = 0;
            }
        }

        // The bound that every item with at least a score has; one step is left for rounding. None below 1.
        private static int Threshold(float score, float step) => Math.Clamp((int)Math.Min(score / step, 255) - 1, 0, 255);

        // The bound to reach in the first block: the items with the highest bounds give a score that the list begins with at least.
        private int Beat(ReadOnlySpan<float> user, int first, ReadOnlySpan<byte> bounds, float step, Span<ulong> candidates, int most)
        {
            if (CountOf(bounds, 1) < most)
            {
                return 0;
            }

            // The highest bound that enough items have.
            int least = 1;
            for (int above = 256; above - least > 1;)
            {
                int middle = (least + above) / 2;
                (least, above) = CountOf(bounds, middle) >= most ? (middle, above) : (least, middle);
            }

            float worst = float.NegativeInfinity;
            int count = CollectBounded(user, first, bounds, least, candidates, 0, most, ref worst);
            Tighten(candidates, ref count, most, ref worst);
            return count == most && worst > 0 ? Threshold(worst, step) : 0;
        }

        private static int CountOf(ReadOnlySpan<byte> bounds, int least)
        {
            ref byte values = ref MemoryMarshal.GetReference(bounds);
            Vector256<byte> enough = Vector256.Create((byte)least);
            int count = 0;
            for (int i = 0; i < bounds.Length; i += 32)
            {
                count += BitOperations.PopCount(Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(ref values, (nuint)i), enough).ExtractMostSignificantBits());
            }

            return count;
        }

        // Scores the items that have a bound of at least so much.
        private int CollectBounded(ReadOnlySpan<float> user, int first, ReadOnlySpan<byte> bounds, int least, Span<ulong> candidates, int count, int most, ref float worst)
        {
            Span<int> met = Room(ref t_met, BlockItems);
            ref byte values = ref MemoryMarshal.GetReference(bounds);
            Vector256<byte> enough = Vector256.Create((byte)least);
            int length = 0;
            for (int i = 0; i < bounds.Length; i += 32)
            {
                uint bits = Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(ref values, (nuint)i), enough).ExtractMostSignificantBits();
                for (; bits != 0; bits &= bits - 1)
                {
                    met[length++] = first + i + BitOperations.TrailingZeroCount(bits);
                }
            }

            for (int i = 0; i < length; i++)
            {
                if (i + 8 < length)
                {
                    nint coming = _rowStarts[met[i + 8]];
                    Prefetch(ref ByteAt(_columns + ({{ColumnBytes(rows)}} * coming)));
                    Prefetch(ref ByteAt(_values + (_valueBytes * coming)));
                }

                float score = ScoreOne(user, met[i]);
                count = Collect(new ReadOnlySpan<float>(in score), met[i], default, candidates, count, most, ref worst);
            }

            return count;
        }

        // Keeps the best; the worst of a full list is the score to beat.
        private static void Tighten(Span<ulong> candidates, ref int count, int most, ref float worst)
        {
            if (count >= most)
            {
                candidates[..count].Sort();
                count = most;
                worst = ScoreOf(candidates[most - 1]);
            }
        }
        """;

    private static int ColumnBytes(Parameter rows) => rows.Columns > 65536 ? 4 : 2;
}
