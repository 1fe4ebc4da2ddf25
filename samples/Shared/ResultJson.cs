using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;

namespace ModelGen.Samples;

/// <summary>Writes the results of a sample as JSON.</summary>
internal static class ResultJson
{
    /// <summary>Finds out before the work whether the file can be written after it.</summary>
    /// <exception cref="IOException">It cannot; the message names the path and the reason.</exception>
    public static void Require(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            string probe = $"{full}.{Guid.NewGuid():N}.tmp";
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The results cannot be written to '{full}': {e.Message} Choose another --json file.", e);
        }
    }

    /// <summary>
    /// Replaces a file as a whole: it is written under another name in the same folder first, so that a reader never sees half of it.
    /// </summary>
    /// <param name="path">The file; its folder is made if it does not exist.</param>
    /// <param name="dataset">Name of the data set.</param>
    /// <param name="facts">What holds for the data set as a whole, such as the best AUC that any model can reach on planted data.</param>
    /// <param name="rows">The results.</param>
    public static void Write(string path, string dataset, IReadOnlyList<Figure> facts, IReadOnlyList<ResultRow> rows)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
                {
                    WriteContent(json, dataset, facts, rows);
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void WriteContent(Utf8JsonWriter json, string dataset, IReadOnlyList<Figure> facts, IReadOnlyList<ResultRow> rows)
    {
        json.WriteStartObject();
        json.WriteString("dataset", dataset);
        foreach (Figure fact in facts)
        {
            Number(json, fact.Key, fact.Value);
        }

        json.WriteStartArray("rows");
        foreach (ResultRow row in rows)
        {
            json.WriteStartObject();
            json.WriteString("method", row.Method);
            Number(json, "seed", row.Seed);
            foreach (Figure figure in row.Figures)
            {
                Number(json, figure.Key, figure.Value);
            }

            if (row.OnnxNotRun is { } reason)
            {
                json.WriteString("onnxNotRun", reason);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        // JSON has no NaN and no infinity.
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
