namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// The tables of the predictor's text. In which format a table is stored is decided after the model is compiled, by
/// CollapsedModel.Quantize, so every predictor reads all of them; the choice is made once per vector, never per value.
/// </summary>
internal static class PredictorTables
{
    /// <summary>The class Table.</summary>
    public const string Text = """
        /// <summary>A table as it is stored; a row becomes floats when it is read.</summary>
        private sealed class Table
        {
            private readonly int _width;
            private readonly int _bits;
            private readonly bool _uniform;
            private readonly bool _oneScale;
            private readonly long _rows;
            private readonly nint _data;
            private readonly nint _rowScales;
            private readonly float[] _scales = [];
            private readonly float[] _firsts = [];

            public Table(Tensors file, string name, int width)
            {
                _width = width;
                string format = file.Format(name);
                _uniform = format.Length == 8 && format[..7] == "Uniform";
                _bits = format switch { "Float32" => 32, "Float16" => 16, "Int8PerRow" or "Int8PerTable" => 8, "Int4PerRow" => 4, _ when _uniform => format[^1] - '0', _ => 0 };
                if (_bits == 0)
                {
                    throw new InvalidDataException($"Table {name} has the format {format}, which this predictor does not read.");
                }

                _data = file.Find(name, out long bytes);
                _rows = 8 * bytes / ((long)_bits * width);
                if (_uniform)
                {
                    // Served are the centres of 2^bits equal buckets between the least and the greatest value of the dimension.
                    float[] range = file.Floats(name + ".range", 2 * width);
                    (_scales, _firsts) = (new float[width], new float[width]);
                    for (int i = 0; i < width; i++)
                    {
                        _scales[i] = (float)(((double)range[width + i] - range[i]) / (1 << _bits));
                        _firsts[i] = range[i] + (_scales[i] / 2);
                    }
                }
                else if (_bits <= 8)
                {
                    _oneScale = format == "Int8PerTable";
                    _rowScales = file.Find(name + ".scale", out long scaleBytes);
                    _rows = _oneScale && scaleBytes == 4 ? _rows : Math.Min(_rows, scaleBytes / 4);
                }
            }

            public void Read(int row, Span<float> target)
            {
                if ((uint)row >= (ulong)_rows)
                {
                    Refuse(row);
                }

                nint at = (nint)row * _width;
                target = target[.._width];
                if (_bits == 32)
                {
                    FloatsAt(_data + (4 * at), _width).CopyTo(target);
                }
                else if (_bits == 16)
                {
                    ReadHalves(_data + (2 * at), target);
                }
                else if (_uniform)
                {
                    ReadUniform(at * _bits, target);
                }
                else if (_bits == 8)
                {
                    ReadBytes(_data + at, FloatAt(_rowScales + (_oneScale ? 0 : 4 * (nint)row)), target);
                }
                else
                {
                    ReadNibbles(at, FloatAt(_rowScales + (4 * (nint)row)), target);
                }
            }

            /// <summary>Adds the inner products of a query with rows from the first on.</summary>
            public void AddDots(int first, ReadOnlySpan<float> query, Span<float> scores)
            {
                if (_bits == 32 && first >= 0 && first + (long)scores.Length <= _rows)
                {
                    for (int i = 0; i < scores.Length; i++)
                    {
                        scores[i] += Dot(query, FloatsAt(_data + (4 * (nint)(first + i) * _width), _width));
                    }

                    return;
                }

                Span<float> row = stackalloc float[_width];
                for (int i = 0; i < scores.Length; i++)
                {
                    Read(first + i, row);
                    scores[i] += Dot(query, row);
                }
            }

            private void Refuse(int row) => throw new ArgumentOutOfRangeException(nameof(row), row, $"There is no row {row}; there are rows 0 to {_rows - 1}.");

            private static void ReadHalves(nint halves, Span<float> target)
            {
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = (float)Unsafe.ReadUnaligned<Half>(ref ByteAt(halves + (2 * i)));
                }
            }

            private static void ReadBytes(nint codes, float scale, Span<float> target)
            {
                int i = 0;
                for (; i + 8 <= target.Length; i += 8)
                {
                    Vector128<short> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref ByteAt(codes + i))).AsSByte());
                    (Vector128.ConvertToSingle(Vector128.WidenLower(words)) * scale).CopyTo(target[i..]);
                    (Vector128.ConvertToSingle(Vector128.WidenUpper(words)) * scale).CopyTo(target[(i + 4)..]);
                }

                for (; i < target.Length; i++)
                {
                    target[i] = (sbyte)ByteAt(codes + i) * scale;
                }
            }

            // Two codes in a byte, the even one in its low half; the sign of a code is its highest bit.
            private void ReadNibbles(nint at, float scale, Span<float> target)
            {
                for (int i = 0; i < target.Length; i++, at++)
                {
                    int code = (ByteAt(_data + (at >> 1)) >> (int)((at & 1) << 2)) & 15;
                    target[i] = ((code ^ 8) - 8) * scale;
                }
            }

            // A code is read as two bytes, also at the end.
            private void ReadUniform(nint bit, Span<float> target)
            {
                int mask = (1 << _bits) - 1;
                for (int i = 0; i < target.Length; i++, bit += _bits)
                {
                    int code = (Unsafe.ReadUnaligned<ushort>(ref ByteAt(_data + (bit >> 3))) >> (int)(bit & 7)) & mask;
                    target[i] = (code * _scales[i]) + _firsts[i];
                }
            }
        }
        """;
}
