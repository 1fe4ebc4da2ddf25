using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace ModelGen.Retrieval;

/// <summary>Writes the segments of a model for people: a block per segment, with the names of its strongest items.</summary>
internal static class SegmentFile
{
    /// <summary>Writes a file; the folder is made if it does not exist.</summary>
    /// <param name="path">The file; as JSON, with keys instead of names, when it ends in .json.</param>
    /// <param name="title">First line.</param>
    /// <param name="report">The segments.</param>
    /// <param name="names">Names of the items by key; an item without one is shown by its key.</param>
    public static void Write(string path, string title, SegmentReport report, Dictionary<string, string> names)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        if (full.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            using FileStream stream = File.Create(full);
            report.WriteJson(stream);
            return;
        }

        using StreamWriter writer = new(full);
        writer.WriteLine(title);
        foreach (Segment segment in report.Segments)
        {
            string shared = segment.Nearest is { } nearest ? string.Create(CultureInfo.InvariantCulture, $", shares {segment.Overlap:P0} with {Name(nearest.Column, nearest.IsPositive)}") : "";
            writer.WriteLine();
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name(segment.Column, segment.IsPositive)}: {segment.Size} items{shared}"));
            foreach (Recommendation item in segment.Top)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {item.Score:0.000}  {names.GetValueOrDefault(item.Item, item.Item)}"));
            }
        }
    }

    private static string Name(int column, bool positive) => string.Create(CultureInfo.InvariantCulture, $"{(positive ? '+' : '-')}{column}");
}
