using System.Globalization;
using System.Linq;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Literals and names in CUDA C.</summary>
internal static class CudaText
{
    /// <summary>A float literal that reads back to the same bits.</summary>
    public static string Float(float value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text + (text.Contains('.') || text.Contains('E') ? "f" : ".0f");
    }

    /// <summary>An identifier made of a value, parameter or feature name, in ASCII.</summary>
    public static string Identifier(string name) => new([.. name.Select(c => c < 128 && char.IsLetterOrDigit(c) ? c : '_')]);

    /// <summary>A line for a comment, in ASCII.</summary>
    public static string Comment(string line) => new([.. line.Select(c => c is >= ' ' and < (char)127 and not '\\' ? c : '?')]);

    public static string Bool(bool value) => value ? "true" : "false";
}
