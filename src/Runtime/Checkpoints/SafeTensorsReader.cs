using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ModelGen.Compiled;

/// <summary>
/// Reads a safetensors file. The header is checked as a whole when the file is opened; the values of a tensor are read when they are
/// asked for, in pieces, so that a tensor may be larger than 2 GB. Nothing in the file is ever run.
/// </summary>
internal sealed class SafeTensorsReader : IDisposable
{
    private const int PieceBytes = 1 << 22;

    private readonly SafeFileHandle _file;
    private readonly SafeTensorsHeader _header;

    private SafeTensorsReader(string path, SafeFileHandle file, SafeTensorsHeader header)
    {
        Path = path;
        _file = file;
        _header = header;
    }

    /// <summary>The file, as it was given.</summary>
    public string Path { get; }

    /// <summary>The metadata; empty when the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>The tensors, in the order of their data.</summary>
    public IReadOnlyList<SafeTensorInfo> Tensors => _header.Tensors;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is not a sound safetensors file.</exception>
    public static SafeTensorsReader Open(string path)
    {
        SafeFileHandle file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        try
        {
            return new SafeTensorsReader(path, file, SafeTensorsHeader.Read(path, file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has a tensor of this name.</summary>
    public bool Contains(string name) => _header.ByName.ContainsKey(name);

    /// <summary>The description of a tensor.</summary>
    /// <exception cref="CheckpointFormatException">The file has no tensor of this name.</exception>
    public SafeTensorInfo Find(string name) =>
        _header.ByName.TryGetValue(name, out SafeTensorInfo? info)
            ? info
            : throw Error($"The tensor '{name}' is missing.");

    /// <summary>The description of a tensor that must have this type and shape; a size of -1 stands for any.</summary>
    /// <exception cref="CheckpointFormatException">The tensor is missing or different.</exception>
    public SafeTensorInfo Require(string name, SafeTensorType type, params long[] shape)
    {
        SafeTensorInfo info = Find(name);
        if (info.Type != type || info.Shape.Length != shape.Length || shape.Where((size, i) => size >= 0 && size != info.Shape[i]).Any())
        {
            string expected = string.Join(", ", shape.Select(size => size < 0 ? "any" : size.ToString()));
            throw Error($"The tensor '{name}' is {info.Describe()}, expected {type} [{expected}].");
        }

        return info;
    }

    /// <summary>Reads all values of a tensor into an array.</summary>
    /// <exception cref="CheckpointFormatException">The tensor is missing, of another type, or too long for one array.</exception>
    public T[] ReadArray<T>(string name) where T : unmanaged
    {
        SafeTensorInfo info = Find(name);
        if (info.Count > Array.MaxLength)
        {
            throw Error($"The tensor '{name}' has {info.Count} elements, more than an array holds.");
        }

        // The header was checked against the length of the file, so the allocation cannot be larger than the file.
        var values = new T[info.Count];
        Read(name, values.AsSpan());
        return values;
    }

    /// <summary>Reads the bytes of a tensor of a type into an array.</summary>
    /// <exception cref="CheckpointFormatException">The tensor is missing, of another type, or too long for one array.</exception>
    public byte[] ReadRaw(string name, SafeTensorType type)
    {
        SafeTensorInfo info = Find(name);
        RequireType(info, type);
        if (info.Bytes > Array.MaxLength)
        {
            throw Error($"The tensor '{name}' has {info.Bytes} bytes, more than an array holds.");
        }

        byte[] bytes = new byte[info.Bytes];
        ReadBytes(info, 0, bytes);
        return bytes;
    }

    /// <summary>Reads all values of a tensor into a span of exactly its length.</summary>
    /// <exception cref="CheckpointFormatException">The tensor is missing, of another type, or of another length.</exception>
    public void Read<T>(string name, Span<T> destination) where T : unmanaged
    {
        SafeTensorInfo info = Find(name);
        RequireType(info, SafeTensorTypes.Of<T>());
        if (info.Count != destination.Length)
        {
            throw Error($"The tensor '{name}' has {info.Count} elements, expected {destination.Length}.");
        }

        ReadBytes(info, 0, MemoryMarshal.AsBytes(destination));
    }

    /// <summary>Reads an F32 tensor into a new block, row-major without padding.</summary>
    /// <exception cref="CheckpointFormatException">The tensor is missing or of another type.</exception>
    public NativeFloats ReadNative(string name)
    {
        SafeTensorInfo info = Find(name);
        RequireType(info, SafeTensorType.F32);
        var values = new NativeFloats(info.Count);
        ReadFloats(info, 0, values, 0, info.Count);
        return values;
    }

    /// <summary>Reads an F32 matrix into a block, its rows <paramref name="stride"/> floats apart; the floats between them are left alone.</summary>
    /// <exception cref="CheckpointFormatException">The tensor is missing or not an F32 matrix of this shape.</exception>
    public void Read(string name, NativeFloats destination, long offset, long rows, long columns, long stride)
    {
        SafeTensorInfo info = Require(name, SafeTensorType.F32, rows, columns);
        if (stride == columns)
        {
            ReadFloats(info, 0, destination, offset, rows * columns);
            return;
        }

        for (long row = 0; row < rows; row++)
        {
            ReadFloats(info, row * columns, destination, offset + row * stride, columns);
        }
    }

    /// <summary>Reads the bytes of a tensor into a new block that is counted in floats.</summary>
    /// <exception cref="CheckpointFormatException">The tensor is missing or of another type.</exception>
    public NativeFloats ReadBytesNative(string name, SafeTensorType type)
    {
        SafeTensorInfo info = Find(name);
        RequireType(info, type);
        var storage = new NativeFloats((info.Bytes + sizeof(float) - 1) / sizeof(float));
        for (long done = 0; done < info.Bytes;)
        {
            int piece = (int)long.Min(PieceBytes, info.Bytes - done);
            Span<float> floats = storage.Span(done / sizeof(float), (piece + sizeof(float) - 1) / sizeof(float));
            ReadBytes(info, done, MemoryMarshal.AsBytes(floats)[..piece]);
            done += piece;
        }

        return storage;
    }

    /// <summary>An error about this file.</summary>
    public CheckpointFormatException Error(string problem, Exception? inner = null) => new(Path, problem, inner);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void RequireType(SafeTensorInfo info, SafeTensorType type)
    {
        if (info.Type != type)
        {
            throw Error($"The tensor '{info.Name}' is {info.Describe()}, expected {type}.");
        }
    }

    private void ReadFloats(SafeTensorInfo info, long first, NativeFloats destination, long offset, long count)
    {
        for (long done = 0; done < count;)
        {
            int piece = (int)long.Min(PieceBytes / sizeof(float), count - done);
            ReadBytes(info, (first + done) * sizeof(float), MemoryMarshal.AsBytes(destination.Span(offset + done, piece)));
            done += piece;
        }

        GC.KeepAlive(destination);
    }

    private void ReadBytes(SafeTensorInfo info, long start, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(_file, destination, info.Start + start);
            if (read == 0)
            {
                throw Error($"The file ended inside the tensor '{info.Name}'; it was shortened while it was read.");
            }

            destination = destination[read..];
            start += read;
        }
    }
}
