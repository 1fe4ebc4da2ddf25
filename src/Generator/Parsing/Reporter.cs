using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Helpers;

namespace ModelGen.Generator.Parsing;

/// <summary>Collects diagnostics while a class is parsed.</summary>
internal sealed class Reporter
{
    private readonly List<DiagnosticInfo> _items = [];

    public bool HasErrors => _items.Any(d => Descriptors.All[d.Id].DefaultSeverity == DiagnosticSeverity.Error);

    public EquatableArray<DiagnosticInfo> Items => new(_items);

    /// <summary>Adds a diagnostic. The default embedding of a class is read once per feature, so a repetition is dropped.</summary>
    public void Add(string rule, LocationSnapshot? location, params string[] arguments)
    {
        var item = new DiagnosticInfo(rule, location, new(arguments));
        if (!_items.Contains(item))
        {
            _items.Add(item);
        }
    }
}
