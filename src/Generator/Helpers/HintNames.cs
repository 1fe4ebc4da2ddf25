using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ModelGen.Generator.Helpers;

/// <summary>Names of emitted files: unique without regard to case, which is how the compiler and some file systems compare them.</summary>
internal static class HintNames
{
    /// <summary>The start of the file names of a class. A namespace of a keyword is written with @, which file names cannot have.</summary>
    public static string For(string containing, string name) => containing.Length > 0 ? $"{containing.Replace("@", string.Empty)}.{name}" : name;

    /// <summary>The names that another name equals but for case.</summary>
    public static EquatableArray<string> Clashes(IEnumerable<string> names) =>
        new(names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).SelectMany(g => g).OrderBy(n => n, StringComparer.Ordinal));

    /// <summary>The name itself or, when it clashes, the name with its case spelled out as a number.</summary>
    public static string Unique(string name, EquatableArray<string> clashes) =>
        clashes.Contains(name) ? $"{name.Substring(0, name.Length - ".g.cs".Length)}.{Hash(name)}.g.cs" : name;

    private static string Hash(string name) =>
        name.Aggregate(2166136261u, (hash, c) => unchecked((hash ^ c) * 16777619u)).ToString("x8", CultureInfo.InvariantCulture);
}
