using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>The parts of a retriever's text.</summary>
internal static class RetrieverText
{
    /// <summary>Fields; those of the lists when rows are sparse.</summary>
    public static string Fields(bool sparse) => $$"""
        {{(sparse ? RetrieverLists.Fields : """
        // Items whose scores are made together.
        private const int BlockItems = 65536;
        """)}}

        [ThreadStatic]
        private static float[]? t_user;

        [ThreadStatic]
        private static float[]? t_scores;

        private readonly object? _owner;
        private readonly nint _unseen;
        private readonly int _unseenCount;
        private readonly nint _values;
        private readonly nint _scales;
        private readonly int _valueBytes;
        """;

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

        return values + "\n\n" + RetrieverLists.Load(rows);
    }

    public static string Members(Parameter rows, bool sparse, bool isPublic) => $$"""
        /// <summary>Number of items.</summary>
        public int Items { get; }

        /// <summary>Scores of all items for a history of distinct item ids; the items of the history without their own part.</summary>
        public void Score(ReadOnlySpan<int> history, Span<float> scores)
        {
            scores = scores[..Items];
            ReadOnlySpan<float> user = User(history);
            ScoreBlock(user, 0, scores);

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
            ReadOnlySpan<float> user = User(history);
            int most = Math.Min(Items, Math.Min(items.Length, scores.Length));
            Span<ulong> candidates = Candidates(most);
            int count = Best(candidates[..Rank(user, history, candidates, most)], items, scores);
            GC.KeepAlive(_owner);
            return count;
        }

        // Scores the items of a block; those of the history and those never seen, the first of which is given, are left out.
        private int CollectBlock(ReadOnlySpan<float> user, ReadOnlySpan<int> history, int unseen, int first, int end, Span<ulong> candidates, int count, int most, ref float worst)
        {
            Span<float> scores = Room(ref t_scores, end - first);
            ScoreBlock(user, first, scores);
            foreach (int item in history)
            {
                if (item >= first && item < end)
                {
                    scores[item - first] = float.NegativeInfinity;
                }
            }

            for (; unseen < _unseenCount && Unseen(unseen) is var item && item < end; unseen++)
            {
                scores[item - first] = float.NegativeInfinity;
            }

            return Collect(scores, first, default, candidates, count, most, ref worst);
        }

        private static Span<T> Room<T>(ref T[]? room, int length)
        {
            if (room is not { } enough || enough.Length < length)
            {
                enough = room = new T[length];
            }

            return enough.AsSpan(0, length);
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

        {{Indent(sparse ? RetrieverLists.Members(rows, isPublic) : DenseMembers(rows), 0)}}

        {{Indent(PredictorSelection.Text, 0)}}
        """;

    private static string DenseMembers(Parameter rows) => $$"""
        // Gathers the candidates of all items.
        private int Rank(ReadOnlySpan<float> user, ReadOnlySpan<int> history, Span<ulong> candidates, int most)
        {
            float worst = float.NegativeInfinity;
            int count = 0, unseen = 0;
            for (int first = 0; first < Items && most > 0; first += BlockItems)
            {
                int end = Math.Min(Items, first + BlockItems);
                count = CollectBlock(user, history, unseen, first, end, candidates, count, most, ref worst);
                while (unseen < _unseenCount && Unseen(unseen) < end)
                {
                    unseen++;
                }
            }

            return count;
        }

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

    // The first line stands where the text is put in.
    private static string Indent(string text, int spaces) => text.Replace("\n", "\n" + new string(' ', spaces));
}
