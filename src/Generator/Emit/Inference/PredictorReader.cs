namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// The reader of safetensors in the predictor's text. The weights are one block of memory that is read where it lies: the resource of the inference
/// assembly as the system maps it, or a copy of a stream. Behind a block there is room for the read of a whole word at its end.
/// </summary>
internal static class PredictorReader
{
    /// <summary>References into the block, and the classes Block, Header, Tensor and Tensors; MODEL is the name of the model.</summary>
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

        /// <summary>Reads the JSON of a header. A parser of the framework takes longer to be loaded than a header to be read.</summary>
        private ref struct Header(ReadOnlySpan<byte> text)
        {
            private readonly ReadOnlySpan<byte> _text = text;
            private int _at;

            /// <summary>Whether a character comes next, which is then passed; white space before it always is.</summary>
            public bool Next(char c)
            {
                if (Peek() != c)
                {
                    return false;
                }

                _at++;
                return true;
            }

            public void Expect(char c)
            {
                if (!Next(c))
                {
                    throw Damaged();
                }
            }

            /// <summary>Whether another member follows; passes the comma or the end.</summary>
            public bool More()
            {
                if (Next(','))
                {
                    return true;
                }

                Expect('}');
                return false;
            }

            public string Text()
            {
                Expect('"');
                int start = _at, end = _text[start..].IndexOf((byte)'"');
                if (end < 0)
                {
                    throw Damaged();
                }

                if (_text.Slice(start, end).IndexOf((byte)'\\') < 0)
                {
                    _at += end + 1;
                    return Encoding.UTF8.GetString(_text.Slice(start, end));
                }

                string result = "";
                for (; _at < _text.Length && _text[_at] != '"'; start = _at)
                {
                    if (_text[_at] != '\\')
                    {
                        while (_at < _text.Length && _text[_at] is not ((byte)'"' or (byte)'\\'))
                        {
                            _at++;
                        }

                        result += Encoding.UTF8.GetString(_text[start.._at]);
                        continue;
                    }

                    int kind = _at + 1 < _text.Length ? "\"\\/bfnrtu".IndexOf((char)_text[_at + 1]) : -1;
                    _at += 2;
                    if (kind is >= 0 and < 8)
                    {
                        result += "\"\\/\b\f\n\r\t"[kind];
                    }
                    else if (kind == 8 && _at + 4 <= _text.Length && ushort.TryParse(Encoding.UTF8.GetString(_text.Slice(_at, 4)), System.Globalization.NumberStyles.AllowHexSpecifier, null, out ushort unit))
                    {
                        result += (char)unit;
                        _at += 4;
                    }
                    else
                    {
                        throw Damaged();
                    }
                }

                Expect('"');
                return result;
            }

            public long Number()
            {
                Peek();
                long value = 0;
                int start = _at;
                for (; _at < _text.Length && (uint)(_text[_at] - '0') <= 9; _at++)
                {
                    value = unchecked((value * 10) + _text[_at] - '0');
                }

                return _at - start is > 0 and <= 18 ? value : throw Damaged();
            }

            /// <summary>Passes a value.</summary>
            public void Skip()
            {
                int depth = 0;
                do
                {
                    byte c = Peek();
                    if (c == '"')
                    {
                        Text();
                        continue;
                    }

                    depth += c is (byte)'[' or (byte)'{' ? 1 : c is (byte)']' or (byte)'}' ? -1 : 0;
                    _at++;
                    while (depth == 0 && _at < _text.Length && _text[_at] is not ((byte)',' or (byte)']' or (byte)'}'))
                    {
                        _at++;
                    }
                }
                while (depth > 0);
            }

            public InvalidDataException Damaged() => new($"The weights are truncated or damaged: their header cannot be read at byte {_at}.");

            private byte Peek()
            {
                while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
                {
                    _at++;
                }

                return _at < _text.Length ? _text[_at] : throw Damaged();
            }
        }

        /// <summary>A tensor of the header: its type, and where it lies behind the header. A class, since dictionaries of classes need no compilation at the start.</summary>
        private sealed class Tensor
        {
            public Tensor(ref Header header, nint data)
            {
                Data = data;
                header.Expect('{');
                for (bool more = !header.Next('}'); more; more = header.More())
                {
                    string key = header.Text();
                    header.Expect(':');
                    if (key == "dtype")
                    {
                        Type = header.Text();
                    }
                    else if (key == "data_offsets")
                    {
                        header.Expect('[');
                        Begin = header.Number();
                        header.Expect(',');
                        End = header.Number();
                        header.Expect(']');
                    }
                    else
                    {
                        header.Skip();
                    }
                }
            }

            public readonly nint Data;

            public readonly string Type = "";

            public readonly long Begin = -1;

            public readonly long End = -1;
        }

        /// <summary>The tensors of a block that holds a safetensors file.</summary>
        private sealed class Tensors
        {
            private readonly Dictionary<string, Tensor> _tensors = [];
            private readonly Dictionary<string, string> _metadata = [];

            public Tensors(nint address, long length)
            {
                long bytes = length < 8 ? 0 : Unsafe.ReadUnaligned<long>(ref ByteAt(address));
                if (bytes is < 2 or > 100_000_000 || bytes > length - 8)
                {
                    throw new InvalidDataException("The weights do not begin with a safetensors header.");
                }

                var header = new Header(MemoryMarshal.CreateReadOnlySpan(ref ByteAt(address + 8), (int)bytes));
                header.Expect('{');
                for (bool more = !header.Next('}'); more; more = header.More())
                {
                    string name = header.Text();
                    header.Expect(':');
                    if (name == "__metadata__")
                    {
                        header.Expect('{');
                        for (bool another = !header.Next('}'); another; another = header.More())
                        {
                            string key = header.Text();
                            header.Expect(':');
                            _metadata[key] = header.Text();
                        }
                    }
                    else
                    {
                        Tensor tensor = _tensors[name] = new Tensor(ref header, address + 8 + (nint)bytes);
                        if (tensor.Begin < 0 || tensor.End < tensor.Begin || tensor.End > length - 8 - bytes)
                        {
                            throw new InvalidDataException($"The weights are truncated or damaged: tensor {name} is said to end at byte {tensor.End} of {length - 8 - bytes}.");
                        }
                    }
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

            /// <summary>Where the table of a feature's keys lies; 0 when the weights have none, as a saved model does.</summary>
            public nint Places(string feature, int entries) =>
                !_tensors.ContainsKey(feature + ".places") ? 0
                : _metadata.TryGetValue("places", out string? version) && version == "1" ? Find(feature + ".places", 4L * entries)
                : throw new InvalidDataException($"The weights have places of keys in version {version}, this predictor reads version 1. Export the model again.");

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
