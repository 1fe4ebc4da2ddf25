using System;

namespace ModelGen;

/// <summary>ONNX Runtime is missing or refused a model or an input; the message holds its own words.</summary>
public sealed class OnnxRuntimeException : Exception
{
    /// <summary>Creates the error.</summary>
    public OnnxRuntimeException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
