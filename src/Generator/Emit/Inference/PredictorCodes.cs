using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// The packed codes of the predictor's text, and their scores against a query: for every tier a table of the inner products of the query's parts
/// with the tier's centroids, then one addition per code of an item.
/// </summary>
internal static class PredictorCodes
{
    /// <summary>The class Codes.</summary>
    public const string Text = """
        /// <summary>Bit-packed codes of product quantisation: the rows of each tier with its number of bits, each tier from a whole byte on.</summary>
        private sealed class Codes
        {
            private readonly nint _packed;
            private readonly bool _shared;
            private readonly (int First, int End, int Bits, int Centroid, int Parts, long Start)[] _tiers;

            public Codes(Tensors file, string name, bool shared, params ReadOnlySpan<(int End, int Bits, int Centroid, int Parts)> tiers)
            {
                _shared = shared;
                _tiers = new (int, int, int, int, int, long)[tiers.Length];
                long bytes = 0;
                for (int t = 0, first = 0; t < tiers.Length; first = tiers[t++].End)
                {
                    _tiers[t] = (first, tiers[t].End, tiers[t].Bits, tiers[t].Centroid, tiers[t].Parts, 8 * bytes);
                    bytes += (((long)(tiers[t].End - first) * tiers[t].Parts * tiers[t].Bits) + 7) / 8;
                }

                _packed = file.Find(name, bytes);
            }

            /// <summary>The first row behind a tier.</summary>
            public int End(int tier) => _tiers[tier].End;

            /// <summary>The bit where a row of a tier begins, behind the first byte of the packed codes.</summary>
            public long Bit(int tier, int row) => _tiers[tier].Start + ((long)(row - _tiers[tier].First) * _tiers[tier].Parts * _tiers[tier].Bits);

            /// <summary>The first byte of the packed codes.</summary>
            public nint Packed => _packed;

            /// <summary>The centroids of a row, one after another.</summary>
            public void Read(int row, float[] codebook, int columns, Span<float> target)
            {
                if ((uint)row >= (uint)_tiers[^1].End)
                {
                    throw new ArgumentOutOfRangeException(nameof(row), row, $"There is no row {row}; there are rows 0 to {_tiers[^1].End - 1}.");
                }

                int t = 0;
                while (row >= _tiers[t].End)
                {
                    t++;
                }

                (int first, int _, int bits, int centroid, int parts, long start) = _tiers[t];
                long bit = start + ((long)(row - first) * parts * bits);
                int width = target.Length / parts;

                // A code is read as four bytes, also at the end.
                for (int at = 0; at < target.Length; at += width, bit += bits)
                {
                    int code = (int)(Unsafe.ReadUnaligned<uint>(ref ByteAt(_packed + (nint)(bit >> 3))) >> (int)(bit & 7)) & ((1 << bits) - 1);
                    codebook.AsSpan(((centroid + code) * columns) + (_shared ? 0 : at), width).CopyTo(target[at..]);
                }
            }
        }
        """;

    /// <summary>Arguments of the constructor: where each tier ends, its bits, its first centroid and its parts; the rows for unknown values are in the last.</summary>
    public static string Tiers(CategoricalSpec c, Quantization q, string count)
    {
        int extra = c.OutOfVocabulary switch { OutOfVocabularyKind.SharedRow => 1, OutOfVocabularyKind.HashedBucket => c.Buckets, _ => 0 };
        return string.Join(", ", q.Choices.Select((_, t) =>
            $"({(t < q.Choices.Count - 1 ? $"(int)({q.End(t).ToString(CultureInfo.InvariantCulture)}m * {count})" : $"{count} + {extra}")}, {q.Bits(t)}, {q.First(t)}, {q.Parts / q.Repeat(t)})"));
    }

    /// <summary>Floats of the tables of inner products.</summary>
    public static int TableFloats(Quantization q) => q.Choices.Select((_, t) => TierFloats(q, t)).Sum();

    // A code of any value finds a place, also in a damaged file.
    private static int TierFloats(Quantization q, int t) => (q.Parts / q.Repeat(t)) << q.Bits(t);

    /// <summary>Writes the two methods of a decoding operation: tables of a query, and scores of rows.</summary>
    public static void WriteScores(SourceWriter w, string name, Quantization q, int width, int codebookColumns)
    {
        w.Line();
        w.Lines($$"""
            // The inner products of the parts of a query with the centroids of every tier, part by part.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {{name}}Tables(ReadOnlySpan<float> query, float[] codebook, Span<float> tables)
            {
            """);
        for (int t = 0, at = 0; t < q.Choices.Count; at += TierFloats(q, t), t++)
        {
            int parts = q.Parts / q.Repeat(t), columns = width / parts;
            w.Lines($$"""
                    for (int part = 0; part < {{parts}}; part++)
                    {
                        for (int code = 0; code < {{q.Choices[t]}}; code++)
                        {
                            tables[{{at}} + (part << {{q.Bits(t)}}) + code] = Dot(query.Slice(part * {{columns}}, {{columns}}), codebook.AsSpan((({{q.First(t)}} + code) * {{codebookColumns}}){{(q.Shared ? "" : $" + (part * {columns})")}}, {{columns}}));
                        }
                    }
                """);
        }

        w.Lines($$"""
            }

            // Adds to the scores of rows from the first on what their codes select of the tables.
            private static void {{name}}Scores(Codes codes, ReadOnlySpan<float> tables, int first, Span<float> scores)
            {
            """);
        for (int t = 0, at = 0; t < q.Choices.Count; at += TierFloats(q, t), t++)
        {
            w.Lines($$"""
                    if (scores.Length > 0 && first < codes.End({{t}}))
                    {
                        int count = Math.Min(scores.Length, codes.End({{t}}) - first);
                        {{name}}Tier{{t}}(ref ByteAt(codes.Packed), codes.Bit({{t}}, first), ref Unsafe.Add(ref MemoryMarshal.GetReference(tables), {{at}}), scores[..count]);
                        scores = scores[count..];
                        first += count;
                    }
                """);
        }

        w.Line("}");
        for (int t = 0; t < q.Choices.Count; t++)
        {
            w.Line();
            w.Lines(Tier($"{name}Tier{t}", q.Parts / q.Repeat(t), q.Bits(t)));
        }
    }

    // The codes of a row in words of 64 bits, of which a shift leaves at least 57.
    private static string Tier(string name, int parts, int bits)
    {
        bool whole = parts * bits % 8 == 0;
        int perWord = (whole && 64 % bits == 0 ? 64 : 57) / bits;
        var lines = new List<string>();
        for (int part = 0; part < parts; part++)
        {
            int within = part % perWord;
            if (within == 0)
            {
                // Codes of later words begin at a whole byte only if those before fill it.
                int bit = part * bits;
                lines.Add(whole && bit % 8 == 0
                    ? $"word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref packed, (nint)(bit >> 3) + {bit / 8}));"
                    : $"word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref packed, (nint)((bit + {bit}) >> 3))) >> (int)((bit + {bit}) & 7);");
            }

            string code = $"(nint)({(within == 0 ? "word" : $"(word >> {within * bits})")} & {(1 << bits) - 1})";
            lines.Add($"sum{part % 4} {(part < 4 ? "=" : "+=")} Unsafe.Add(ref table, {(part == 0 ? "" : $"{part << bits} + ")}{code});");
        }

        string[] sums = [.. Enumerable.Range(0, parts < 4 ? parts : 4).Select(i => "sum" + i)];
        return $$"""
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {{name}}(ref byte packed, long bit, ref float table, Span<float> scores)
            {
                for (int i = 0; i < scores.Length; i++, bit += {{parts * bits}})
                {
                    ulong word;
                    float {{string.Join(", ", sums)}};
                    {{string.Join("\n        ", lines)}}
                    scores[i] += {{(sums.Length == 4 ? "(sum0 + sum1) + (sum2 + sum3)" : string.Join(" + ", sums))}};
                }
            }
            """;
    }
}
