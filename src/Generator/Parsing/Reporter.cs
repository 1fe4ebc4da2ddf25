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

    public void Add(string rule, LocationSnapshot? location, params string[] arguments) => _items.Add(new DiagnosticInfo(rule, location, new(arguments)));
}
