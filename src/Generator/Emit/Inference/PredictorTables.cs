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
            private readonly float[] _values = [];
            private readonly byte[] _packed = [];
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

                if (_bits == 32)
                {
                    _values = file.Floats(name);
                    return;
                }

                // A code is read as two bytes, also at the end.
                byte[] packed = file.Bytes(name);
                _packed = new byte[packed.Length + 1];
                packed.CopyTo(_packed, 0);
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
                else if (_bits != 16)
                {
                    _scales = file.Floats(name + ".scale");
                }
            }

            public void Read(int row, Span<float> target)
            {
                long at = (long)row * _width;
                if (_bits == 32)
                {
                    _values.AsSpan((int)at, _width).CopyTo(target);
                }
                else if (_bits == 16)
                {
                    ReadHalves(_packed.AsSpan((int)(2 * at), 2 * _width), target);
                }
                else if (_uniform)
                {
                    ReadUniform(at * _bits, target);
                }
                else if (_bits == 8)
                {
                    ReadBytes(_packed.AsSpan((int)at, _width), _scales[_scales.Length == 1 ? 0 : row], target);
                }
                else
                {
                    ReadNibbles(at, _scales[row], target);
                }
            }

            private static void ReadHalves(ReadOnlySpan<byte> halves, Span<float> target)
            {
                for (int i = 0; 2 * i < halves.Length; i++)
                {
                    target[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(halves[(2 * i)..]);
                }
            }

            private static void ReadBytes(ReadOnlySpan<byte> codes, float scale, Span<float> target)
            {
                for (int i = 0; i < codes.Length; i++)
                {
                    target[i] = (sbyte)codes[i] * scale;
                }
            }

            // Two codes in a byte, the even one in its low half; the sign of a code is its highest bit.
            private void ReadNibbles(long at, float scale, Span<float> target)
            {
                for (int i = 0; i < _width; i++, at++)
                {
                    int code = (_packed[at >> 1] >> (int)((at & 1) << 2)) & 15;
                    target[i] = ((code ^ 8) - 8) * scale;
                }
            }

            private void ReadUniform(long bit, Span<float> target)
            {
                int mask = (1 << _bits) - 1;
                for (int i = 0; i < _width; i++, bit += _bits)
                {
                    int at = (int)(bit >> 3);
                    int code = ((_packed[at] | (_packed[at + 1] << 8)) >> (int)(bit & 7)) & mask;
                    target[i] = (code * _scales[i]) + _firsts[i];
                }
            }
        }
        """;
}
