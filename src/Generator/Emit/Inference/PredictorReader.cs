namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// The reader of safetensors in the predictor's text. The weights are one block of memory that is read where it lies: the resource of the inference
/// assembly as the system maps it, or a copy of a stream. Behind a block there is room for the read of a whole word at its end.
/// </summary>
internal static class PredictorReader
{
    /// <summary>References into the block, and the classes Block, Tensor and Tensors; MODEL is the name of the model.</summary>
    public const string Text = """"
        private static ref float FloatAt(nint address) => ref Unsafe.AddByteOffset(ref Unsafe.NullRef<float>(), address);

        private static ref byte ByteAt(nint address) => ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), address);

        private static ReadOnlySpan<float> FloatsAt(nint address, int count) => MemoryMarshal.CreateReadOnlySpan(ref FloatAt(address), count);

        // Floats from the beginning of a pinned array to the first at a multiple of 64 bytes.
        private static int Skip(float[] pinned) => (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0) & 63) / 4;

        /// <summary>A copy of a stream outside the managed heap.</summary>
        private sealed class Block
        {
            private readonly nint _memory;

            public Block(Stream stream)
            {
                if (!stream.CanSeek)
                {
                    var copy = new MemoryStream();
                    stream.CopyTo(copy);
                    copy.Position = 0;
                    stream = copy;
                }

                Length = stream.Length - stream.Position;
                _memory = Marshal.AllocHGlobal((nint)Length + 128);
                try
                {
                    for (long at = 0; at < Length; at += 1 << 24)
                    {
                        stream.ReadExactly(MemoryMarshal.CreateSpan(ref ByteAt(Address + (nint)at), (int)Math.Min(1 << 24, Length - at)));
                    }
                }
                catch (EndOfStreamException e)
                {
                    throw new InvalidDataException("The weights are truncated: " + e.Message, e);
                }
            }

            ~Block() => Marshal.FreeHGlobal(_memory);

            /// <summary>The first byte, at a multiple of 64.</summary>
            public nint Address => (_memory + 63) & ~63;

            /// <summary>Number of bytes.</summary>
            public long Length { get; }
        }

        /// <summary>A tensor of the header: its type, and where it lies behind the header. A class, since dictionaries of classes need no compilation at the start.</summary>
        private sealed class Tensor
        {
            public Tensor(ref Utf8JsonReader json, nint data)
            {
                Data = data;
                while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                {
                    string key = json.GetString()!;
                    json.Read();
                    if (key == "dtype")
                    {
                        Type = json.GetString()!;
                    }
                    else if (key == "data_offsets")
                    {
                        json.Read();
                        Begin = json.GetInt64();
                        json.Read();
                        End = json.GetInt64();
                        json.Read();
                    }
                    else
                    {
                        json.Skip();
                    }
                }
            }

            public string Type { get; } = "";

            public nint Data { get; }

            public long Begin { get; } = -1;

            public long End { get; } = -1;
        }

        /// <summary>The tensors of a block that holds a safetensors file.</summary>
        private sealed class Tensors
        {
            private readonly Dictionary<string, Tensor> _tensors = [];
            private readonly Dictionary<string, string> _metadata = [];

            public Tensors(nint address, long length)
            {
                long header = length < 8 ? 0 : Unsafe.ReadUnaligned<long>(ref ByteAt(address));
                if (header is < 2 or > 100_000_000 || header > length - 8)
                {
                    throw new InvalidDataException("The weights do not begin with a safetensors header.");
                }

                try
                {
                    var json = new Utf8JsonReader(MemoryMarshal.CreateReadOnlySpan(ref ByteAt(address + 8), (int)header));
                    json.Read();
                    while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                    {
                        string name = json.GetString()!;
                        json.Read();
                        if (name == "__metadata__")
                        {
                            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                            {
                                string key = json.GetString()!;
                                json.Read();
                                _metadata[key] = json.GetString()!;
                            }
                        }
                        else
                        {
                            Tensor tensor = _tensors[name] = new Tensor(ref json, address + 8 + (nint)header);
                            if (tensor.Begin < 0 || tensor.End < tensor.Begin || tensor.End > length - 8 - header)
                            {
                                throw new InvalidDataException($"The weights are truncated or damaged: tensor {name} is said to end at byte {tensor.End} of {length - 8 - header}.");
                            }
                        }
                    }
                }
                catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
                {
                    throw new InvalidDataException("The weights are truncated or damaged: " + e.Message, e);
                }

                if (!_metadata.TryGetValue("model", out string? model) || model != "MODEL")
                {
                    throw new InvalidDataException("The weights belong to another model than MODEL.");
                }
            }

            /// <summary>The format of a table: the fourth word of its description.</summary>
            public string Format(string name) => _metadata.TryGetValue("table." + name, out string? text) && text.Split(' ') is { Length: > 3 } words
                ? words[3]
                : throw new InvalidDataException($"The weights do not describe the table {name}.");

            /// <summary>Where a tensor lies.</summary>
            public nint Find(string name, out long bytes)
            {
                if (!_tensors.TryGetValue(name, out Tensor? tensor))
                {
                    throw new InvalidDataException($"The weights hold no tensor {name}.");
                }

                bytes = tensor.End - tensor.Begin;
                return tensor.Data + (nint)tensor.Begin;
            }

            /// <summary>Where a tensor of a known length lies.</summary>
            public nint Find(string name, long expected)
            {
                nint address = Find(name, out long bytes);
                return bytes == expected ? address : throw new InvalidDataException($"Tensor {name} has {bytes} bytes, expected {expected}.");
            }

            /// <summary>Copies floats, which may be stored in 16 bits; zeros when there is no name.</summary>
            public void CopyFloats(string? name, int count, Span<float> target)
            {
                if (name is null)
                {
                    return;
                }

                if (_tensors.TryGetValue(name, out Tensor? tensor) && tensor.Type == "F16")
                {
                    nint halves = Find(name, 2L * count);
                    for (int i = 0; i < count; i++)
                    {
                        target[i] = (float)Unsafe.ReadUnaligned<Half>(ref ByteAt(halves + (2 * i)));
                    }
                }
                else
                {
                    FloatsAt(Find(name, 4L * count), count).CopyTo(target);
                }
            }

            /// <summary>A copy of floats.</summary>
            public float[] Floats(string name, int count)
            {
                float[] values = new float[count];
                CopyFloats(name, count, values);
                return values;
            }
        }
        """";
}
