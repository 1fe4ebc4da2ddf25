using System;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace ModelGen.Cuda;

/// <summary>What a call was asked for, as text that is only built when the call has failed.</summary>
[InterpolatedStringHandler]
internal ref struct CallDetail
{
    private DefaultInterpolatedStringHandler _text;
    private readonly bool _failed;
    private readonly string? _fixed;

    /// <summary>An interpolated string.</summary>
    /// <param name="literalLength">Characters of its fixed parts.</param>
    /// <param name="formattedCount">Number of its values.</param>
    /// <param name="code">Result of the call.</param>
    /// <param name="failed">Whether the text is needed.</param>
    public CallDetail(int literalLength, int formattedCount, int code, out bool failed)
    {
        failed = _failed = code != CudaError.Success;
        _text = failed ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
        _fixed = null;
    }

    private CallDetail(string text)
    {
        _fixed = text;
        _failed = false;
        _text = default;
    }

    public static implicit operator CallDetail(string text) => new(text);

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value, string? format = null) => _text.AppendFormatted(value, format);

    public override string ToString() => _failed ? _text.ToStringAndClear() : _fixed ?? "";
}
