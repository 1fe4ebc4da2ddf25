using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>The parts of a retriever's text.</summary>
internal static class RetrieverText
{
    public static string Fields(bool sparse) => $$"""
        [ThreadStatic]
        private static float[]? t_user;

        [ThreadStatic]
        private static float[]? t_scores;

        private readonly float[] _values;
        private readonly int[] _unseen;
        {{(sparse ? """
        private readonly int[] _rowStarts;
        private readonly int[] _columns;

        // Per column the items that keep it, ascending, and their values.
        private readonly int[] _listStarts;
        private readonly int[] _listItems;
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

        bool text = item.Key is KeyType.Text or KeyType.Enum;
        string type = text ? "string" : "long";
        w.Lines($$"""
            private readonly Dictionary<{{type}}, int> _ids;
            private readonly {{type}}[] _keys;

            /// <summary>Id of a key; -1 when it is not known.</summary>
            public int Id({{type}} key) => _ids.TryGetValue(key, out int id) ? id : -1;

            /// <summary>Key of an id.</summary>
            public {{type}} Key(int id) => _keys[id];

            """);
    }

    /// <summary>Rows from the file; with sparse rows the lists per column too.</summary>
    public static string Load(Parameter rows, bool sparse)
    {
        string values = $$"""
            _unseen = MemoryMarshal.Cast<byte, int>(file.Bytes("{{rows.Name}}.unseen")).ToArray();
            bool bytes = file.Format("{{rows.Name}}") == "Int8PerRow";
            ReadOnlySpan<sbyte> codes = bytes ? MemoryMarshal.Cast<byte, sbyte>(file.Bytes("{{rows.Name}}")) : default;
            float[] scales = bytes ? file.Floats("{{rows.Name}}.scale") : [];
            _values = bytes ? new float[codes.Length] : file.Floats("{{rows.Name}}");
            """;
        string decode = """
            for (int at = _ROWSTART; bytes && at < _ROWEND; at++)
            {
                _values[at] = codes[at] * scales[item];
            }
            """;
        if (!sparse)
        {
            return values + $$"""

                if (_values.Length != (long)Items * {{rows.Columns}})
                {
                    throw new InvalidDataException($"Tensor {{rows.Name}} has {_values.Length} values, expected {Items} x {{rows.Columns}}.");
                }

                for (int item = 0; item < Items; item++)
                {
                    {{Indent(decode.Replace("_ROWSTART", $"item * {rows.Columns}").Replace("_ROWEND", $"(item + 1) * {rows.Columns}"), 4)}}
                }
                """;
        }

        string index = rows.Columns > 65536 ? "uint" : "ushort";
        return values + $$"""

            ReadOnlySpan<{{index}}> columns = MemoryMarshal.Cast<byte, {{index}}>(file.Bytes("{{rows.Name}}.index"));
            ReadOnlySpan<ushort> counts = MemoryMarshal.Cast<byte, ushort>(file.Bytes("{{rows.Name}}.count"));
            if (columns.Length != _values.Length || (counts.Length > 0 ? counts.Length != Items : columns.Length != (long)Items * {{rows.Kept}}))
            {
                throw new InvalidDataException("The rows of {{rows.Name}} do not fit its items.");
            }

            _rowStarts = new int[Items + 1];
            _columns = new int[columns.Length];
            _listStarts = new int[{{rows.Columns + 1}}];
            for (int item = 0; item < Items; item++)
            {
                _rowStarts[item + 1] = _rowStarts[item] + (counts.Length > 0 ? counts[item] : {{rows.Kept}});
                {{Indent(decode.Replace("_ROWSTART", "_rowStarts[item]").Replace("_ROWEND", "_rowStarts[item + 1]"), 4)}}
            }

            for (int at = 0; at < columns.Length; at++)
            {
                _columns[at] = (int)columns[at];
                _listStarts[_columns[at] + 1]++;
            }

            for (int column = 0; column < {{rows.Columns}}; column++)
            {
                _listStarts[column + 1] += _listStarts[column];
            }

            int[] next = _listStarts.AsSpan(0, {{rows.Columns}}).ToArray();
            _listItems = new int[columns.Length];
            _listValues = new float[columns.Length];
            for (int item = 0; item < Items; item++)
            {
                for (int at = _rowStarts[item]; at < _rowStarts[item + 1]; at++)
                {
                    int place = next[_columns[at]]++;
                    _listItems[place] = item;
                    _listValues[place] = _values[at];
                }
            }
            """;
    }

    public static string Members(string model, Parameter rows, bool sparse) => $$"""
        /// <summary>Number of items.</summary>
        public int Items { get; }

        /// <summary>The retriever over the weights embedded in this assembly.</summary>
        public static {{model}}Retriever Load()
        {
            using Stream weights = typeof({{model}}Retriever).Assembly.GetManifestResourceStream("weights")
                ?? throw new InvalidDataException("This assembly holds no resource named 'weights'.");
            return new {{model}}Retriever(weights);
        }

        /// <summary>Scores of all items for a history of distinct item ids; the items of the history without their own part.</summary>
        public void Score(ReadOnlySpan<int> history, Span<float> scores)
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
                    user[_columns[at]] += _values[at];
                }
                """ : $$"""
                ReadOnlySpan<float> row = _values.AsSpan(item * {{rows.Columns}}, {{rows.Columns}});
                for (int column = 0; column < {{rows.Columns}}; column++)
                {
                    user[column] += row[column];
                }
                """, 8)}}
            }

            scores = scores[..Items];
            {{Indent(sparse ? $$"""
            scores.Clear();
            for (int column = 0; column < {{rows.Columns}}; column++)
            {
                float weight = user[column];
                for (int at = weight == 0 ? _listStarts[column + 1] : _listStarts[column]; at < _listStarts[column + 1]; at++)
                {
                    scores[_listItems[at]] += weight * _listValues[at];
                }
            }
            """ : $$"""
            for (int item = 0; item < scores.Length; item++)
            {
                scores[item] = Dot(_values.AsSpan(item * {{rows.Columns}}, {{rows.Columns}}), user);
            }
            """, 4)}}

            foreach (int item in history)
            {
                scores[item] -= 1;
            }
        }

        /// <summary>
        /// The best items for a history of distinct item ids, best first, without the items of the history and those never seen in training.
        /// Fills both spans, which are of one length, and returns how many it found.
        /// </summary>
        public int Recommend(ReadOnlySpan<int> history, Span<int> items, Span<float> scores)
        {
            float[] all = t_scores is { } room && room.Length >= Items ? room : t_scores = new float[Items];
            Score(history, all);
            foreach (int item in history)
            {
                all[item] = float.NegativeInfinity;
            }

            foreach (int item in _unseen)
            {
                all[item] = float.NegativeInfinity;
            }

            int count = 0;
            for (int item = 0; item < Items; item++)
            {
                float score = all[item];
                if (score == float.NegativeInfinity)
                {
                    continue;
                }

                if (count < items.Length)
                {
                    int at = count++;
                    for (; at > 0 && score <= scores[(at - 1) / 2]; at = (at - 1) / 2)
                    {
                        (scores[at], items[at]) = (scores[(at - 1) / 2], items[(at - 1) / 2]);
                    }

                    (scores[at], items[at]) = (score, item);
                }
                else if (count > 0 && score > scores[0])
                {
                    Sink(items, scores, count, item, score);
                }
            }

            for (int end = count - 1; end > 0; end--)
            {
                (int item, float score) = (items[end], scores[end]);
                (items[end], scores[end]) = (items[0], scores[0]);
                Sink(items, scores, end, item, score);
            }

            return count;
        }

        // A heap with the worst on top; of equal scores the higher id is the worse.
        private static void Sink(Span<int> items, Span<float> scores, int count, int item, float score)
        {
            int at = 0;
            for (int child = 1; child < count; child = (2 * at) + 1)
            {
                if (child + 1 < count && (scores[child + 1] < scores[child] || (scores[child + 1] == scores[child] && items[child + 1] > items[child])))
                {
                    child++;
                }

                if (scores[child] > score || (scores[child] == score && items[child] < item))
                {
                    break;
                }

                (items[at], scores[at]) = (items[child], scores[child]);
                at = child;
            }

            (items[at], scores[at]) = (item, score);
        }
        {{(sparse ? "" : "\n" + PredictorSupport.DotText)}}
        """.TrimEnd();

    // The first line stands where the text is put in.
    private static string Indent(string text, int spaces) => text.Replace("\n", "\n" + new string(' ', spaces));
}
