using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace ModelGen.Compiled;

/// <summary>
/// The part of ONNX Runtime's C interface that scoring needs. The library hands out one table of function pointers that only ever grows
/// at its end, so that a position means the same in every version; the positions used here are among the first hundred.
/// </summary>
internal sealed unsafe class OnnxRuntimeApi
{
    // Every later library hands out this version of the table too.
    private const uint Version = 17;
    private const int ErrorSeverity = 3;

    private readonly void** _table;

    private OnnxRuntimeApi(void** table, string version)
    {
        _table = table;
        LibraryVersion = version;
        nint environment;
        fixed (byte* name = "modelgen\0"u8)
        {
            Check(((delegate* unmanaged<int, byte*, nint*, nint>)_table[3])(ErrorSeverity, name, &environment));
        }

        Environment = environment;
    }

    /// <summary>Version of the library, such as "1.30.0".</summary>
    public string LibraryVersion { get; }

    /// <summary>The environment that all sessions share; it lives as long as the process.</summary>
    public nint Environment { get; }

    /// <summary>Reads the function table of a loaded library.</summary>
    public static bool TryCreate(nint library, [NotNullWhen(true)] out OnnxRuntimeApi? api, out string problem)
    {
        api = null;
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out nint export))
        {
            problem = "it has no function OrtGetApiBase, so it is another library";
            return false;
        }

        void** functions = ((delegate* unmanaged<void**>)export)();
        string version = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)functions[1])()) ?? "?";
        void** table = ((delegate* unmanaged<uint, void**>)functions[0])(Version);
        if (table is null)
        {
            problem = $"version {version} is too old; 1.{Version} or later is needed";
            return false;
        }

        problem = "";
        api = new OnnxRuntimeApi(table, version);
        return true;
    }

    /// <summary>Throws the error that a call returned, if it did.</summary>
    /// <exception cref="OnnxRuntimeException">The call failed.</exception>
    public void Check(nint status)
    {
        if (status == 0)
        {
            return;
        }

        string message = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<nint, byte*>)_table[2])(status)) ?? "unknown error";
        ((delegate* unmanaged<nint, void>)_table[93])(status);
        throw new OnnxRuntimeException($"ONNX Runtime {LibraryVersion}: {message}");
    }

    public nint CreateSession(string path, nint options)
    {
        nint session;

        // The path is wide text on Windows and UTF-8 elsewhere.
        nint text = OperatingSystem.IsWindows() ? Marshal.StringToHGlobalUni(path) : Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            Check(((delegate* unmanaged<nint, nint, nint, nint*, nint>)_table[7])(Environment, text, options, &session));
        }
        finally
        {
            if (OperatingSystem.IsWindows())
            {
                Marshal.FreeHGlobal(text);
            }
            else
            {
                Marshal.FreeCoTaskMem(text);
            }
        }

        return session;
    }

    public void Run(nint session, ReadOnlySpan<nint> inputNames, ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputNames, Span<nint> outputs)
    {
        fixed (nint* names = inputNames, values = inputs, wanted = outputNames, results = outputs)
        {
            Check(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)_table[9])(
                session, 0, names, values, (nuint)inputNames.Length, wanted, (nuint)outputNames.Length, results));
        }
    }

    public nint CreateSessionOptions() => Created(10);

    public void SetIntraOpThreads(nint options, int threads) =>
        Check(((delegate* unmanaged<nint, int, nint>)_table[24])(options, threads));

    public void AddConfiguration(nint options, string key, string value)
    {
        using var keyText = new Utf8Text(key);
        using var valueText = new Utf8Text(value);
        Check(((delegate* unmanaged<nint, nint, nint, nint>)_table[130])(options, keyText.Pointer, valueText.Pointer));
    }

    public int InputCount(nint session) => Count(30, session);

    public int OutputCount(nint session) => Count(31, session);

    public string InputName(nint session, int index) => Name(36, session, index);

    public string OutputName(nint session, int index) => Name(37, session, index);

    public nint InputType(nint session, int index)
    {
        nint type;
        Check(((delegate* unmanaged<nint, nuint, nint*, nint>)_table[33])(session, (nuint)index, &type));
        return type;
    }

    /// <summary>A tensor over pinned memory of the caller.</summary>
    public nint CreateTensor(nint memory, void* data, long bytes, ReadOnlySpan<long> shape, OnnxType type)
    {
        nint value;
        fixed (long* sizes = shape)
        {
            Check(((delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)_table[49])(
                memory, data, (nuint)bytes, sizes, (nuint)shape.Length, (int)type, &value));
        }

        return value;
    }

    /// <summary>A tensor of texts, which are copied.</summary>
    public nint CreateTextTensor(ReadOnlySpan<long> shape, ReadOnlySpan<nint> texts)
    {
        nint value;
        fixed (long* sizes = shape)
        {
            Check(((delegate* unmanaged<nint, long*, nuint, int, nint*, nint>)_table[48])(
                DefaultAllocator(), sizes, (nuint)shape.Length, (int)OnnxType.String, &value));
        }

        fixed (nint* pointers = texts)
        {
            nint status = ((delegate* unmanaged<nint, nint*, nuint, nint>)_table[52])(value, pointers, (nuint)texts.Length);
            if (status != 0)
            {
                ReleaseValue(value);
            }

            Check(status);
        }

        return value;
    }

    /// <summary>The texts of a tensor of texts.</summary>
    public string[] Texts(nint value, int count)
    {
        nuint bytes;
        Check(((delegate* unmanaged<nint, nuint*, nint>)_table[53])(value, &bytes));
        byte[] content = new byte[(int)bytes + 1];
        nuint[] starts = new nuint[count + 1];
        fixed (byte* data = content)
        fixed (nuint* offsets = starts)
        {
            Check(((delegate* unmanaged<nint, void*, nuint, nuint*, nuint, nint>)_table[54])(value, data, bytes, offsets, (nuint)count));
        }

        starts[count] = bytes;
        string[] texts = new string[count];
        for (int i = 0; i < count; i++)
        {
            texts[i] = System.Text.Encoding.UTF8.GetString(content, (int)starts[i], (int)(starts[i + 1] - starts[i]));
        }

        return texts;
    }

    public void* TensorData(nint value)
    {
        void* data;
        Check(((delegate* unmanaged<nint, void**, nint>)_table[51])(value, &data));
        return data;
    }

    /// <summary>Element type and sizes of a value; unknown sizes are -1.</summary>
    public (OnnxType Type, long[] Shape) Shape(nint value)
    {
        nint info;
        Check(((delegate* unmanaged<nint, nint*, nint>)_table[65])(value, &info));
        try
        {
            return ReadShape(info);
        }
        finally
        {
            ((delegate* unmanaged<nint, void>)_table[99])(info);
        }
    }

    /// <summary>Element type and sizes that a type description states; unknown sizes are -1.</summary>
    public (OnnxType Type, long[] Shape) DeclaredShape(nint type)
    {
        // The tensor part belongs to the type description and is not released on its own.
        nint info;
        Check(((delegate* unmanaged<nint, nint*, nint>)_table[55])(type, &info));
        return ReadShape(info);
    }

    public nint CreateCpuMemory()
    {
        nint memory;
        Check(((delegate* unmanaged<int, int, nint*, nint>)_table[69])(1, 0, &memory));
        return memory;
    }

    public void ReleaseMemory(nint memory) => ((delegate* unmanaged<nint, void>)_table[94])(memory);

    public void ReleaseSession(nint session) => ((delegate* unmanaged<nint, void>)_table[95])(session);

    public void ReleaseValue(nint value) => ((delegate* unmanaged<nint, void>)_table[96])(value);

    public void ReleaseType(nint type) => ((delegate* unmanaged<nint, void>)_table[98])(type);

    public void ReleaseSessionOptions(nint options) => ((delegate* unmanaged<nint, void>)_table[100])(options);

    private (OnnxType Type, long[] Shape) ReadShape(nint info)
    {
        int type;
        Check(((delegate* unmanaged<nint, int*, nint>)_table[60])(info, &type));
        nuint count;
        Check(((delegate* unmanaged<nint, nuint*, nint>)_table[61])(info, &count));
        var shape = new long[count];
        fixed (long* sizes = shape)
        {
            Check(((delegate* unmanaged<nint, long*, nuint, nint>)_table[62])(info, sizes, count));
        }

        return ((OnnxType)type, shape);
    }

    private nint DefaultAllocator() => Created(78);

    private nint Created(int function)
    {
        nint created;
        Check(((delegate* unmanaged<nint*, nint>)_table[function])(&created));
        return created;
    }

    private int Count(int function, nint session)
    {
        nuint count;
        Check(((delegate* unmanaged<nint, nuint*, nint>)_table[function])(session, &count));
        return (int)count;
    }

    private string Name(int function, nint session, int index)
    {
        nint allocator = DefaultAllocator();
        nint name;
        Check(((delegate* unmanaged<nint, nuint, nint, nint*, nint>)_table[function])(session, (nuint)index, allocator, &name));
        string text = Marshal.PtrToStringUTF8(name)!;
        Check(((delegate* unmanaged<nint, nint, nint>)_table[76])(allocator, name));
        return text;
    }
}
