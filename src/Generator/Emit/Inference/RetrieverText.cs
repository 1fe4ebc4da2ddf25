using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>The parts of a retriever's text.</summary>
internal static class RetrieverText
{
    // A place within a block of items takes two bytes, and the scores of a block stay in the cache.
    private const int BlockItems = 65536;

    public static string Fields(bool sparse) => $$"""
        // Items whose scores are made together.
        private const int BlockItems = {{BlockItems}};

        [ThreadStatic]
        private static float[]? t_user;

        [ThreadStatic]
        private static float[]? t_scores;
        {{(sparse ? """

        [ThreadStatic]
        private static int[]? t_active;
        """ : "")}}

        private readonly object? _owner;
        private readonly nint _unseen;
        private readonly int _unseenCount;
        private readonly nint _values;
        private readonly nint _scales;
        private readonly int _valueBytes;
        {{(sparse ? """
        private readonly nint _columns;
        private readonly int[] _rowStarts;

        // Per block of items and column the items that keep it, ascending and counted from the block's first, and their values.
        private readonly int[] _listStarts;
        private readonly ushort[] _listItems;
        private readonly float[] _listValues;
        """ : "")}}
        """.TrimEnd();

    /// <summary>Keys and ids of the items.</summary>
    public static void WriteKeys(SourceWriter w, CategoricalSpec item)
    {
        if (item.Cardinality > 0)
        {
            w.Line();
            return;
        }

        string type = PredictorSupport.IsText(item) ? "string" : "long";
        w.Lines($$"""
            private readonly {{(type == "string" ? "Texts" : "Integers")}} _keys;

            /// <summary>Id of a key; -1 when it is not known.</summary>
            public int Id({{type}} key)
            {
                int id = _keys.Find(key);
                GC.KeepAlive(_owner);
                return id;
            }

            /// <summary>Key of an id.</summary>
            public {{type}} Key(int id)
            {
                {{type}} key = _keys.Key(id);
                GC.KeepAlive(_owner);
                return key;
            }

            """);
    }

    /// <summary>Rows where they lie in the file; with sparse rows the lists per column too.</summary>
    public static string Load(Parameter rows, bool sparse)
    {
        string values = $$"""
            _unseen = file.Find("{{rows.Name}}.unseen", out long unseenBytes);
            _unseenCount = checked((int)(unseenBytes / 4));
            _valueBytes = file.Format("{{rows.Name}}") switch { "Float16" => 2, "Int8PerRow" => 1, _ => 4 };
            _scales = _valueBytes == 1 ? file.Find("{{rows.Name}}.scale", 4L * Items) : 0;
            _values = file.Find("{{rows.Name}}", out long valueBytes);
            """;
        if (!sparse)
        {
            return values + $$"""

                if (valueBytes != (long)Items * {{rows.Columns}} * _valueBytes)
                {
                    throw new InvalidDataException($"Tensor {{rows.Name}} has {valueBytes} bytes, expected {Items} x {{rows.Columns}} values of {_valueBytes}.");
                }
                """;
        }

        return values + $$"""

            _columns = file.Find("{{rows.Name}}.index", out long columnBytes);
            nint counts = file.Find("{{rows.Name}}.count", out long countBytes);
            _rowStarts = RowStarts(counts, countBytes);
            if (valueBytes != (long)_rowStarts[Items] * _valueBytes || columnBytes != (long)_rowStarts[Items] * {{ColumnBytes(rows)}})
            {
                throw new InvalidDataException("The rows of {{rows.Name}} do not fit its items.");
            }

            _listStarts = new int[((Items + BlockItems - 1) / BlockItems * {{rows.Columns}}) + 1];
            _listItems = GC.AllocateUninitializedArray<ushort>(_rowStarts[Items]);
            _listValues = GC.AllocateUninitializedArray<float>(_rowStarts[Items]);
            for (int first = 0; first < Items; first += BlockItems)
            {
                FillLists(first, Math.Min(Items, first + BlockItems));
            }
            """;
    }

    public static string Members(string model, Parameter rows, bool sparse) => $$"""
        /// <summary>Number of items.</summary>
        public int Items { get; }

        /// <summary>Scores of all items for a history of distinct item ids; the items of the history without their own part.</summary>
        public void Score(ReadOnlySpan<int> history, Span<float> scores)
        {
            scores = scores[..Items];
            ReadOnlySpan<float> user = User(history);
            {{(sparse ? "ReadOnlySpan<int> active = Active(user);" : "")}}
            for (int first = 0; first < Items; first += BlockItems)
            {
                ScoreBlock({{(sparse ? "active, " : "")}}user, first, scores.Slice(first, Math.Min(BlockItems, Items - first)));
            }

            foreach (int item in history)
            {
                scores[item] -= 1;
            }

            GC.KeepAlive(_owner);
        }

        /// <summary>
        /// The best items for a history of distinct item ids, best first, without the items of the history and those never seen in training.
        /// Fills both spans, which are of one length, and returns how many it found.
        /// </summary>
        public int Recommend(ReadOnlySpan<int> history, Span<int> items, Span<float> scores)
        {
            float[] part = t_scores ??= new float[Math.Min(BlockItems, Items)];
            ReadOnlySpan<float> user = User(history);
            {{(sparse ? "ReadOnlySpan<int> active = Active(user);" : "")}}
            int most = Math.Min(Items, Math.Min(items.Length, scores.Length)), count = 0, unseen = 0;
            float worst = float.NegativeInfinity;
            Span<ulong> candidates = Candidates(most);
            for (int first = 0; first < Items && most > 0; first += BlockItems)
            {
                int end = Math.Min(Items, first + BlockItems);
                Span<float> own = part.AsSpan(0, end - first);
                ScoreBlock({{(sparse ? "active, " : "")}}user, first, own);
                foreach (int item in history)
                {
                    if (item >= first && item < end)
                    {
                        own[item - first] = float.NegativeInfinity;
                    }
                }

                for (; unseen < _unseenCount && Unseen(unseen) is var item && item < end; unseen++)
                {
                    own[item - first] = float.NegativeInfinity;
                }

                count = Collect(own, first, default, candidates, count, most, ref worst);
            }

            count = Best(candidates[..count], items, scores);
            GC.KeepAlive(_owner);
            return count;
        }

        private int Unseen(int at) => Unsafe.ReadUnaligned<int>(ref ByteAt(_unseen + (4 * (nint)at)));

        // The sum of the rows of a history.
        private ReadOnlySpan<float> User(ReadOnlySpan<int> history)
        {
            float[] user = t_user ??= new float[{{rows.Columns}}];
            Array.Clear(user);
            foreach (int item in history)
            {
                if ((uint)item >= (uint)Items)
                {
                    throw new ArgumentOutOfRangeException(nameof(history), item, $"Item {item} does not exist; there are items 0 to {Items - 1}.");
                }

                {{Indent(sparse ? """
                for (int at = _rowStarts[item]; at < _rowStarts[item + 1]; at++)
                {
                    user[Column(at)] += Value(at, item);
                }
                """ : $$"""
                for (int column = 0; column < {{rows.Columns}}; column++)
                {
                    user[column] += Value(((nint)item * {{rows.Columns}}) + column, item);
                }
                """, 8)}}
            }

            return user;
        }

        // A value of a row as it is served.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private float Value(nint at, int item) => _valueBytes == 4 ? FloatAt(_values + (4 * at))
            : _valueBytes == 2 ? (float)Unsafe.ReadUnaligned<Half>(ref ByteAt(_values + (2 * at)))
            : (sbyte)ByteAt(_values + at) * FloatAt(_scales + (4 * (nint)item));

        {{Indent(sparse ? SparseMembers(rows) : DenseMembers(rows), 0)}}

        {{Indent(PredictorSelection.Text, 0)}}
        """;

    private static int ColumnBytes(Parameter rows) => rows.Columns > 65536 ? 4 : 2;

    private static string DenseMembers(Parameter rows) => $$"""
        private void ScoreBlock(ReadOnlySpan<float> user, int first, Span<float> scores)
        {
            Span<float> row = stackalloc float[_valueBytes == 4 ? 0 : {{rows.Columns}}];
            for (int i = 0; i < scores.Length; i++)
            {
                nint at = (nint)(first + i) * {{rows.Columns}};
                for (int column = 0; column < row.Length; column++)
                {
                    row[column] = Value(at + column, first + i);
                }

                scores[i] = Dot(row.Length > 0 ? row : FloatsAt(_values + (4 * at), {{rows.Columns}}), user);
            }
        }

        """ + PredictorSupport.DotText;

    private static string SparseMembers(Parameter rows) => $$"""
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

        // The lists of a block of items: entries counted per column, then each put in the next place of its list.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void FillLists(int first, int end)
        {
            Span<int> starts = _listStarts.AsSpan(first / BlockItems * {{rows.Columns}}, {{rows.Columns + 1}});
            int[] next = new int[{{rows.Columns}}];
            for (int at = _rowStarts[first]; at < _rowStarts[end]; at++)
            {
                next[Column(at)]++;
            }

            for (int column = 0; column < next.Length; column++)
            {
                starts[column + 1] = starts[column] + next[column];
                next[column] = starts[column];
            }

            for (int item = first; item < end; item++)
            {
                for (int at = _rowStarts[item]; at < _rowStarts[item + 1]; at++)
                {
                    int place = next[Column(at)]++;
                    _listItems[place] = (ushort)(item - first);
                    _listValues[place] = Value(at, item);
                }
            }
        }

        // The columns in which a user has something.
        private static ReadOnlySpan<int> Active(ReadOnlySpan<float> user)
        {
            int[] active = t_active ??= new int[{{rows.Columns}}];
            int count = 0;
            for (int column = 0; column < user.Length; column++)
            {
                active[count] = column;
                count += user[column] != 0 ? 1 : 0;
            }

            return active.AsSpan(0, count);
        }

        // Column by column in ascending order, so that a score is the same sum in whichever block its item is.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void ScoreBlock(ReadOnlySpan<int> active, ReadOnlySpan<float> user, int first, Span<float> scores)
        {
            scores.Clear();
            ref int starts = ref _listStarts[first / BlockItems * {{rows.Columns}}];
            ref ushort items = ref MemoryMarshal.GetArrayDataReference(_listItems);
            ref float values = ref MemoryMarshal.GetArrayDataReference(_listValues), target = ref MemoryMarshal.GetReference(scores);
            foreach (int column in active)
            {
                float weight = user[column];
                nint at = Unsafe.Add(ref starts, column), end = Unsafe.Add(ref starts, column + 1);
                for (; at + 4 <= end; at += 4)
                {
                    ref float s0 = ref Unsafe.Add(ref target, (nint)Unsafe.Add(ref items, at)), s1 = ref Unsafe.Add(ref target, (nint)Unsafe.Add(ref items, at + 1));
                    ref float s2 = ref Unsafe.Add(ref target, (nint)Unsafe.Add(ref items, at + 2)), s3 = ref Unsafe.Add(ref target, (nint)Unsafe.Add(ref items, at + 3));
                    float v0 = s0 + (weight * Unsafe.Add(ref values, at)), v1 = s1 + (weight * Unsafe.Add(ref values, at + 1));
                    float v2 = s2 + (weight * Unsafe.Add(ref values, at + 2)), v3 = s3 + (weight * Unsafe.Add(ref values, at + 3));
                    s0 = v0;
                    s1 = v1;
                    s2 = v2;
                    s3 = v3;
                }

                for (; at < end; at++)
                {
                    Unsafe.Add(ref target, (nint)Unsafe.Add(ref items, at)) += weight * Unsafe.Add(ref values, at);
                }
            }
        }
        """;

    // The first line stands where the text is put in.
    private static string Indent(string text, int spaces) => text.Replace("\n", "\n" + new string(' ', spaces));
}
