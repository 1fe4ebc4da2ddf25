using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ModelGen.Compiled;

/// <summary>Writes the few wire forms of protocol buffers that an ONNX file needs into memory.</summary>
internal sealed class ProtoWriter
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>What was written so far.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>Number of bytes written so far.</summary>
    public int Length => _buffer.WrittenCount;

    /// <summary>An integer field.</summary>
    public ProtoWriter Integer(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    /// <summary>A 32-bit floating-point field.</summary>
    public ProtoWriter Float(int field, float value)
    {
        Varint(((ulong)field << 3) | 5);
        BinaryPrimitives.WriteSingleLittleEndian(_buffer.GetSpan(sizeof(float)), value);
        _buffer.Advance(sizeof(float));
        return this;
    }

    /// <summary>A text field.</summary>
    public ProtoWriter Text(int field, string value)
    {
        Begin(field, Utf8.GetByteCount(value));
        Utf8.GetBytes(value, _buffer);
        return this;
    }

    /// <summary>A nested message.</summary>
    public ProtoWriter Message(int field, ProtoWriter message)
    {
        Begin(field, message.Length);
        return Raw(message);
    }

    /// <summary>The tag and length of a field whose <paramref name="length"/> bytes the caller writes elsewhere, directly after it.</summary>
    public ProtoWriter Begin(int field, long length)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)length);
        return this;
    }

    /// <summary>The fields of another writer, as they are.</summary>
    public ProtoWriter Raw(ProtoWriter fields)
    {
        _buffer.Write(fields.Written);
        return this;
    }

    private void Varint(ulong value)
    {
        Span<byte> target = _buffer.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            target[length++] = (byte)(value | 0x80);
        }

        target[length++] = (byte)value;
        _buffer.Advance(length);
    }
}
