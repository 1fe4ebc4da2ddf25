using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace ModelGen.Compiled;

/// <summary>The checked header of a safetensors file.</summary>
internal sealed class SafeTensorsHeader
{
    /// <summary>Longest header that is read; the format's own limit.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    private readonly string _path;
    private readonly long _dataStart;
    private readonly long _dataBytes;

    private SafeTensorsHeader(string path, long dataStart, long dataBytes)
    {
        _path = path;
        _dataStart = dataStart;
        _dataBytes = dataBytes;
    }

    /// <summary>The metadata.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>The tensors by name.</summary>
    public Dictionary<string, SafeTensorInfo> ByName { get; } = [];

    /// <summary>The tensors in the order of their data.</summary>
    public ImmutableArray<SafeTensorInfo> Tensors { get; private set; } = [];

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="CheckpointFormatException">The header is not sound.</exception>
    public static SafeTensorsHeader Read(string path, SafeFileHandle file)
    {
        long fileBytes = RandomAccess.GetLength(file);
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        if (fileBytes < prefix.Length + 2)
        {
            throw new CheckpointFormatException(path, $"The file has {fileBytes} bytes; it is empty or cut off, or not a safetensors file.");
        }

        ReadExactly(path, file, prefix, 0);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes > MaxHeaderBytes)
        {
            throw new CheckpointFormatException(
                path, $"The first 8 bytes announce a header of {headerBytes} bytes (at most {MaxHeaderBytes} are read); this is not a safetensors file.");
        }

        long dataStart = prefix.Length + (long)headerBytes;
        if (headerBytes < 2 || dataStart > fileBytes)
        {
            throw new CheckpointFormatException(
                path, $"The header should have {headerBytes} bytes, the file has {fileBytes - prefix.Length} after the first 8; it is cut off or not a safetensors file.");
        }

        var json = new byte[headerBytes];
        ReadExactly(path, file, json, prefix.Length);
        if (json[0] != (byte)'{')
        {
            throw new CheckpointFormatException(path, "The header does not begin with '{'; this is not a safetensors file.");
        }

        var header = new SafeTensorsHeader(path, dataStart, fileBytes - dataStart);
        try
        {
            using var document = JsonDocument.Parse(json);
            header.Parse(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointFormatException(path, $"The header is not valid JSON of a safetensors file: {e.Message}", e);
        }

        header.CheckLayout();
        return header;
    }

    private static void ReadExactly(string path, SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(file, destination, offset);
            if (read == 0)
            {
                throw new CheckpointFormatException(path, "The file ended inside its header; it was shortened while it was read.");
            }

            destination = destination[read..];
            offset += read;
        }
    }

    private void Parse(JsonElement root)
    {
        bool metadata = false;
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name != "__metadata__")
            {
                if (!ByName.TryAdd(property.Name, ParseTensor(property.Name, property.Value)))
                {
                    throw Error($"The tensor '{property.Name}' is described twice.");
                }

                continue;
            }

            if (metadata || property.Value.ValueKind != JsonValueKind.Object)
            {
                throw Error("The metadata must be one map of texts.");
            }

            metadata = true;
            foreach (JsonProperty entry in property.Value.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.String || !Metadata.TryAdd(entry.Name, entry.Value.GetString()!))
                {
                    throw Error($"The metadata entry '{entry.Name}' is not a text or is given twice.");
                }
            }
        }
    }

    private SafeTensorInfo ParseTensor(string name, JsonElement description)
    {
        SafeTensorType? type = null;
        long[]? shape = null, offsets = null;
        if (description.ValueKind != JsonValueKind.Object)
        {
            throw Error($"The tensor '{name}' is not described by a JSON object.");
        }

        foreach (JsonProperty property in description.EnumerateObject())
        {
            switch (property.Name)
            {
                case "dtype" when type is null:
                    type = ParseType(name, property.Value);
                    break;
                case "shape" when shape is null:
                    shape = ParseSizes(name, "shape", property.Value);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseSizes(name, "data_offsets", property.Value);
                    break;
                default:
                    throw Error($"The tensor '{name}' has an unknown or repeated entry '{property.Name}'.");
            }
        }

        if (type is null || shape is null || offsets is not { Length: 2 })
        {
            throw Error($"The tensor '{name}' lacks its dtype, its shape or its two data_offsets.");
        }

        if (offsets[0] > offsets[1] || offsets[1] > _dataBytes)
        {
            throw Error($"The tensor '{name}' should lie in bytes [{offsets[0]}, {offsets[1]}) of the data, which has {_dataBytes} bytes; the file is cut off or damaged.");
        }

        Int128 expected = SafeTensorTypes.Size(type.Value);
        foreach (long size in shape)
        {
            // Saturates instead of overflowing: anything above the length of the file is wrong in the same way.
            expected = Int128.Min(expected * size, long.MaxValue);
        }

        if (expected != offsets[1] - offsets[0])
        {
            throw Error($"The tensor '{name}' is {type} [{string.Join(", ", shape)}], but {offsets[1] - offsets[0]} bytes are given to it.");
        }

        return new SafeTensorInfo(name, type.Value, [.. shape], _dataStart + offsets[0], offsets[1] - offsets[0]);
    }

    private SafeTensorType ParseType(string name, JsonElement value)
    {
        string? text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        foreach (SafeTensorType type in Enum.GetValues<SafeTensorType>())
        {
            if (type.ToString() == text)
            {
                return type;
            }
        }

        throw Error($"The tensor '{name}' has dtype {text}; {string.Join(", ", Enum.GetNames<SafeTensorType>())} are read.");
    }

    private long[] ParseSizes(string name, string entry, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Error($"The {entry} of tensor '{name}' is not an array.");
        }

        var sizes = new List<long>();
        foreach (JsonElement element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long size) || size < 0)
            {
                throw Error($"The {entry} of tensor '{name}' holds {element.GetRawText()}, expected whole numbers from 0.");
            }

            sizes.Add(size);
        }

        return [.. sizes];
    }

    // The format wants the data to be covered exactly: no byte belongs to two tensors, none to no tensor.
    private void CheckLayout()
    {
        Tensors = [.. ByName.Values.OrderBy(t => t.Start).ThenBy(t => t.Bytes)];
        long expected = _dataStart;
        foreach (SafeTensorInfo tensor in Tensors)
        {
            if (tensor.Start != expected)
            {
                string problem = tensor.Start < expected ? "overlaps the tensor before it" : "leaves a gap before it";
                throw Error($"The tensor '{tensor.Name}' begins at byte {tensor.Start - _dataStart} of the data and {problem}.");
            }

            expected += tensor.Bytes;
        }

        if (expected != _dataStart + _dataBytes)
        {
            throw Error($"{_dataStart + _dataBytes - expected} bytes at the end of the file belong to no tensor.");
        }
    }

    private CheckpointFormatException Error(string problem) => new(_path, problem);
}
