using System;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>The fixed parts of the predictor's text: vector helpers, hashing, tables, and a reader of safetensors.</summary>
internal static class PredictorSupport
{
    public static void Write(SourceWriter w, ModelSpec model, bool quantized)
    {
        w.Line();
        w.Lines(Vectors);
        w.Line();
        w.Lines(DotText);
        if (model.Categoricals.Any(c => c.OutOfVocabulary == OutOfVocabularyKind.HashedBucket))
        {
            w.Line();
            w.Lines(Hashing);
        }

        w.Line();
        w.Lines(PredictorTables.Text);
        if (quantized)
        {
            w.Line();
            w.Lines(Codes);
        }

        WriteReader(w, model);
    }

    /// <summary>The reader of the weights.</summary>
    public static void WriteReader(SourceWriter w, ModelSpec model)
    {
        w.Line();
        w.Lines(Reader.Replace("MODEL", model.Name));
    }

    private const string Vectors = """
        private static void AddTo(ReadOnlySpan<float> x, Span<float> y)
        {
            for (int i = 0; i < x.Length; i++)
            {
                y[i] += x[i];
            }
        }

        private static void Scale(Span<float> y, float factor)
        {
            for (int i = 0; i < y.Length; i++)
            {
                y[i] *= factor;
            }
        }
        """;

    /// <summary>The inner product of two vectors.</summary>
    internal const string DotText = """
        private static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        {
            Vector256<float> sum = Vector256<float>.Zero;
            int i = 0;
            for (; i + 8 <= x.Length; i += 8)
            {
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(x[i..]), Vector256.Create(y[i..]), sum);
            }

            float result = Vector256.Sum(sum);
            for (; i < x.Length; i++)
            {
                result += x[i] * y[i];
            }

            return result;
        }
        """;

    private const string Hashing = """
        // 64-bit FNV-1a over UTF-16 code units, folded.
        private static ulong HashText(ReadOnlySpan<char> key)
        {
            ulong h = 14695981039346656037UL;
            foreach (char c in key)
            {
                h = unchecked((h ^ c) * 1099511628211UL);
            }

            return h ^ (h >> 32);
        }

        // The finaliser of splitmix64.
        private static ulong HashInteger(long key)
        {
            ulong x = unchecked((ulong)key + 0x9E3779B97F4A7C15UL);
            x = unchecked((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL);
            x = unchecked((x ^ (x >> 27)) * 0x94D049BB133111EBUL);
            return x ^ (x >> 31);
        }
        """;

    private const string Codes = """
        /// <summary>Bit-packed codes of product quantisation: the rows of each tier with its number of bits, each tier from a whole byte on.</summary>
        private sealed class Codes
        {
            private readonly byte[] _packed;
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

                byte[] packed = file.Bytes(name);
                if (packed.Length != bytes)
                {
                    throw new InvalidDataException($"Tensor {name} has {packed.Length} bytes, expected {bytes}.");
                }

                // A code is read as four bytes, also at the end.
                _packed = new byte[bytes + 4];
                packed.CopyTo(_packed, 0);
            }

            /// <summary>The centroids of a row, one after another.</summary>
            public void Read(int row, float[] codebook, int stride, Span<float> target)
            {
                int t = 0;
                while (row >= _tiers[t].End)
                {
                    t++;
                }

                (int first, int _, int bits, int centroid, int parts, long start) = _tiers[t];
                long bit = start + ((long)(row - first) * parts * bits);
                int width = target.Length / parts;
                for (int at = 0; at < target.Length; at += width, bit += bits)
                {
                    uint window = BinaryPrimitives.ReadUInt32LittleEndian(_packed.AsSpan((int)(bit >> 3)));
                    int code = (int)(window >> (int)(bit & 7)) & ((1 << bits) - 1);
                    codebook.AsSpan(((centroid + code) * stride) + (_shared ? 0 : at), width).CopyTo(target[at..]);
                }
            }
        }
        """;

    private const string Reader = """"
        /// <summary>The tensors of a safetensors stream.</summary>
        private sealed class Tensors
        {
            private readonly Dictionary<string, (string Type, byte[] Data)> _tensors = [];
            private readonly Dictionary<string, string> _metadata = [];

            public Tensors(Stream stream)
            {
                try
                {
                    Span<byte> length = stackalloc byte[8];
                    stream.ReadExactly(length);
                    long header = BinaryPrimitives.ReadInt64LittleEndian(length);
                    if (header is < 2 or > 100_000_000)
                    {
                        throw new InvalidDataException("The weights do not begin with a safetensors header.");
                    }

                    byte[] json = new byte[header];
                    stream.ReadExactly(json);
                    using JsonDocument document = JsonDocument.Parse(json);
                    foreach (JsonProperty entry in document.RootElement.GetProperty("__metadata__").EnumerateObject())
                    {
                        _metadata[entry.Name] = entry.Value.GetString()!;
                    }

                    if (_metadata["model"] != "MODEL")
                    {
                        throw new InvalidDataException("The weights belong to another model than MODEL.");
                    }

                    long position = 0;
                    foreach (JsonProperty tensor in document.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__").OrderBy(p => p.Value.GetProperty("data_offsets")[0].GetInt64()))
                    {
                        long begin = tensor.Value.GetProperty("data_offsets")[0].GetInt64(), end = tensor.Value.GetProperty("data_offsets")[1].GetInt64();
                        if (end - begin > Array.MaxLength)
                        {
                            throw new InvalidDataException($"Tensor {tensor.Name} of {end - begin} bytes is too large for the predictor; quantise the tables first.");
                        }

                        stream.ReadExactly(new byte[begin - position]);
                        byte[] data = GC.AllocateUninitializedArray<byte>((int)(end - begin));
                        stream.ReadExactly(data);
                        position = end;
                        _tensors[tensor.Name] = (tensor.Value.GetProperty("dtype").GetString()!, data);
                    }
                }
                catch (Exception e) when (e is EndOfStreamException or JsonException or KeyNotFoundException or InvalidOperationException)
                {
                    throw new InvalidDataException("The weights are truncated or damaged: " + e.Message, e);
                }
            }

            /// <summary>The format of a table: the fourth word of its description.</summary>
            public string Format(string name) => _metadata.TryGetValue("table." + name, out string? text) && text.Split(' ') is { Length: > 3 } words
                ? words[3]
                : throw new InvalidDataException($"The weights do not describe the table {name}.");

            public byte[] Bytes(string name) => Find(name).Data;

            public float[] Floats(string name)
            {
                (string type, byte[] data) = Find(name);
                if (type != "F16")
                {
                    return MemoryMarshal.Cast<byte, float>(data).ToArray();
                }

                float[] values = new float[data.Length / 2];
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(data.AsSpan(2 * i));
                }

                return values;
            }

            public float[] Floats(string name, int length)
            {
                float[] values = Floats(name);
                return values.Length == length ? values : throw new InvalidDataException($"Tensor {name} has {values.Length} values, expected {length}.");
            }

            /// <summary>A matrix with its rows padded with zeros to a stride, and a vector's worth of zeros behind the last.</summary>
            public float[] Dense(string name, int rows, int columns, int stride)
            {
                float[] values = Floats(name, rows * columns), padded = new float[(rows * stride) + 16];
                for (int row = 0; row < rows; row++)
                {
                    values.AsSpan(row * columns, columns).CopyTo(padded.AsSpan(row * stride));
                }

                return padded;
            }

            public Dictionary<long, int> Integers(string name)
            {
                ReadOnlySpan<long> keys = MemoryMarshal.Cast<byte, long>(Find(name + ".keys").Data);
                var ids = new Dictionary<long, int>(keys.Length);
                for (int i = 0; i < keys.Length; i++)
                {
                    ids.Add(keys[i], i);
                }

                return ids;
            }

            public Dictionary<string, int> Text(string name)
            {
                byte[] keys = Find(name + ".keys").Data;
                ReadOnlySpan<long> offsets = MemoryMarshal.Cast<byte, long>(Find(name + ".offsets").Data);
                var ids = new Dictionary<string, int>(offsets.Length);
                for (int i = 0; i + 1 < offsets.Length; i++)
                {
                    ids.Add(Encoding.UTF8.GetString(keys.AsSpan((int)offsets[i], (int)(offsets[i + 1] - offsets[i]))), i);
                }

                return ids;
            }

            private (string Type, byte[] Data) Find(string name) =>
                _tensors.TryGetValue(name, out (string, byte[]) tensor) ? tensor : throw new InvalidDataException($"The weights hold no tensor {name}.");
        }
        """";
}
