using System;
using System.Globalization;
using System.Text;

namespace ModelGen.Generator.Helpers;

/// <summary>Writes indented source text; every line ends with a line feed on every platform.</summary>
public sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _indent;

    public SourceWriter Line(string text = "")
    {
        if (text.Length > 0)
        {
            _text.Append(' ', 4 * _indent).Append(text);
        }

        _text.Append('\n');
        return this;
    }

    /// <summary>Writes the lines of a raw string literal at the current indentation.</summary>
    public SourceWriter Lines(string text)
    {
        foreach (string line in text.Replace("\r", string.Empty).Split('\n'))
        {
            Line(line);
        }

        return this;
    }

    /// <summary>Opens a brace and indents until the result is disposed.</summary>
    public IDisposable Block(string header)
    {
        Line(header);
        return Braces();
    }

    /// <summary>Opens a brace without a header.</summary>
    public IDisposable Braces(string close = "}")
    {
        Line("{");
        _indent++;
        return new Closer(this, close);
    }

    /// <summary>Opens the bracket of a collection expression inside an initialiser.</summary>
    public IDisposable Brackets()
    {
        Line("[");
        _indent++;
        return new Closer(this, "],");
    }

    public override string ToString() => _text.ToString();

    /// <summary>A float literal that reads back to the same bits.</summary>
    public static string Float(float value) => value.ToString("R", CultureInfo.InvariantCulture) + "f";

    /// <summary>A quoted C# string literal.</summary>
    public static string Quote(string text) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(text, quote: true);

    /// <summary>A quoted C# character literal.</summary>
    public static string Char(char value) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(value, quote: true);

    private sealed class Closer(SourceWriter writer, string close) : IDisposable
    {
        public void Dispose()
        {
            writer._indent--;
            writer.Line(close);
        }
    }
}
