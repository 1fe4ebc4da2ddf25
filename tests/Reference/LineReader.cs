using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;

namespace ModelGen.Reference;

/// <summary>Walks the lines of a printed model: head lines, and sections of a title with indented lines below it.</summary>
internal sealed class LineReader(string text)
{
    private readonly string[] _lines = text.TrimEnd().ReplaceLineEndings("\n").Split('\n');
    private int _at;

    public Match Next(Regex pattern, string expected)
    {
        string line = _at < _lines.Length ? _lines[_at] : string.Empty;
        Match match = pattern.Match(line);
        if (!match.Success)
        {
            throw new IrTextException(_at + 1, $"expected '{expected}', found '{line}'");
        }

        _at++;
        return match;
    }

    public IEnumerable<(int Number, string Text)> Section(string title)
    {
        if (_at >= _lines.Length || _lines[_at] != title)
        {
            throw new IrTextException(_at + 1, $"expected the section '{title}', found '{(_at < _lines.Length ? _lines[_at] : "the end")}'");
        }

        _at++;
        while (_at < _lines.Length && _lines[_at].StartsWith("  ", StringComparison.Ordinal))
        {
            _at++;
            yield return (_at, _lines[_at - 1][2..]);
        }
    }

    public void End()
    {
        if (_at < _lines.Length)
        {
            throw new IrTextException(_at + 1, $"nothing may follow the last section, found '{_lines[_at]}'");
        }
    }
}
