using System;
using System.Runtime.InteropServices;

namespace ModelGen.Compiled;

/// <summary>A zero-terminated UTF-8 copy of a text, for native calls.</summary>
internal sealed class Utf8Text : IDisposable
{
    /// <summary>Copies the text.</summary>
    /// <exception cref="ArgumentException">The text contains a zero character, which would cut it short.</exception>
    public Utf8Text(string text)
    {
        if (text.Contains('\0'))
        {
            throw new ArgumentException("A text with a zero character cannot be passed to ONNX Runtime.", nameof(text));
        }

        Pointer = Marshal.StringToCoTaskMemUTF8(text);
    }

    /// <summary>The copy.</summary>
    public nint Pointer { get; private set; }

    /// <summary>Frees the copy.</summary>
    public void Dispose()
    {
        Marshal.FreeCoTaskMem(Pointer);
        Pointer = 0;
    }
}
