using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ModelGen.Compiled;

/// <summary>
/// Writes a safetensors file: 8 bytes of header length, a JSON header, the data. Tensors are named first and their values are
/// streamed when the file is written, so no second copy is held. The same content gives the same bytes: tensors lie in the order of
/// their element size (8 bytes, 4, 2, 1) and, within it, in the order they were added, without gaps; the data begins at a
/// multiple of 64 bytes. So every tensor is aligned to its element.
/// </summary>
internal sealed class SafeTensorsWriter
{
    /// <summary>The data begins at a multiple of this many bytes.</summary>
    public const int Alignment = 64;

    // The relaxed encoder keeps names readable; the header is a JSON file of its own, never part of a web page.
    private static readonly JsonWriterOptions HeaderOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Key, string Value)> _metadata = [];
    private readonly List<(string Name, SafeTensorType Type, long[] Shape, TensorContent Content)> _tensors = [];
    private readonly HashSet<string> _names = ["__metadata__"];
    private readonly HashSet<string> _keys = [];

    /// <summary>Names and bytes of the tensors, in the order they were added.</summary>
    public IReadOnlyList<(string Name, long Bytes)> Parts => [.. _tensors.Select(t => (t.Name, t.Content.Bytes))];

    /// <summary>Adds an entry of the metadata.</summary>
    /// <exception cref="ArgumentException">The key is already there.</exception>
    public void Metadata(string key, string value)
    {
        if (!_keys.Add(key))
        {
            throw new ArgumentException($"The metadata key '{key}' is given twice.", nameof(key));
        }

        _metadata.Add((key, value));
    }

    /// <summary>Adds a tensor over an array; the array must not change until the file is written.</summary>
    public void Add<T>(string name, ReadOnlyMemory<T> values, params long[] shape) where T : unmanaged =>
        Add(name, SafeTensorTypes.Of<T>(), TensorContent.From(values), shape);

    /// <summary>Adds a tensor over an array; the array must not change until the file is written.</summary>
    public void Add<T>(string name, T[] values, params long[] shape) where T : unmanaged =>
        Add(name, (ReadOnlyMemory<T>)values, shape);

    /// <summary>Adds a matrix over rows of a block that lie <paramref name="stride"/> floats apart; what lies between them is left out.</summary>
    public void Add(string name, NativeFloats values, long offset, long rows, long columns, long stride) =>
        Add(name, SafeTensorType.F32, TensorContent.From(values, offset, rows, columns, stride), rows, columns);

    /// <summary>Adds a tensor whose values are written later.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the shape does not fit the number of bytes.</exception>
    public void Add(string name, SafeTensorType type, TensorContent content, params long[] shape)
    {
        long bytes = SafeTensorTypes.Size(type);
        foreach (long size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            bytes = checked(bytes * size);
        }

        if (bytes != content.Bytes)
        {
            throw new ArgumentException($"Tensor '{name}': {type} [{string.Join(", ", shape)}] takes {bytes} bytes, {content.Bytes} are given.", nameof(shape));
        }

        if (!_names.Add(name))
        {
            throw new ArgumentException($"The tensor name '{name}' is reserved or given twice.", nameof(name));
        }

        _tensors.Add((name, type, shape, content));
    }

    /// <summary>Writes the file, first under a temporary name. Returns its length in bytes.</summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    public long Save(string path) => AtomicFile.Write(path, WriteTo);

    /// <summary>Length of the file in bytes.</summary>
    public long Length => sizeof(long) + Header().WrittenCount + _tensors.Sum(t => t.Content.Bytes);

    /// <summary>Writes the content of the file to a stream.</summary>
    public void WriteTo(Stream stream)
    {
        ArrayBufferWriter<byte> header = Header();
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.WrittenCount);
        stream.Write(length);
        stream.Write(header.WrittenSpan);
        foreach (var tensor in Ordered())
        {
            tensor.Content.WriteTo(stream);
        }
    }

    private IEnumerable<(string Name, SafeTensorType Type, long[] Shape, TensorContent Content)> Ordered() => _tensors.OrderByDescending(t => SafeTensorTypes.Size(t.Type));

    // The JSON header, filled up with spaces so that the data begins where it should.
    private ArrayBufferWriter<byte> Header()
    {
        var header = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(header, HeaderOptions))
        {
            json.WriteStartObject();
            if (_metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in _metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long start = 0;
            foreach ((string name, SafeTensorType type, long[] shape, TensorContent content) in Ordered())
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type.ToString());
                json.WriteStartArray("shape");
                foreach (long size in shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(start);
                json.WriteNumberValue(start += content.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        int padding = (Alignment - ((sizeof(long) + header.WrittenCount) % Alignment)) % Alignment;
        header.GetSpan(padding)[..padding].Fill((byte)' ');
        header.Advance(padding);
        return header;
    }
}
