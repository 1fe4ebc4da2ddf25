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
    /// <param name="bestAuc">The best AUC that any model can reach on the test set, or null where it is not known.</param>
    /// <param name="rows">The results.</param>
    public static void Write(string path, string dataset, double? bestAuc, IReadOnlyList<ResultRow> rows)
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
                    WriteContent(json, dataset, bestAuc, rows);
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

    private static void WriteContent(Utf8JsonWriter json, string dataset, double? bestAuc, IReadOnlyList<ResultRow> rows)
    {
        json.WriteStartObject();
        json.WriteString("dataset", dataset);
        Number(json, "bestAuc", bestAuc);
        json.WriteStartArray("rows");
        foreach (ResultRow row in rows)
        {
            json.WriteStartObject();
            json.WriteString("method", row.Method);
            json.WriteNumber("seed", row.Seed);
            Number(json, "epoch", row.Epoch);
            Number(json, "auc", row.Auc);
            Number(json, "logLoss", row.LogLoss);
            Number(json, "aucRare", row.AucRare);
            Number(json, "aucPopular", row.AucPopular);
            Number(json, "bytes", row.Bytes);
            Number(json, "embeddingBytes", row.EmbeddingBytes);
            Number(json, "rowsPerSecond", row.RowsPerSecond);
            Number(json, "onnxMaxDifference", row.OnnxMaxDifference);
            Number(json, "onnxAuc", row.OnnxAuc);
            json.WriteString("onnxNotRun", row.OnnxNotRun);
            Number(json, "assemblyMaxDifference", row.AssemblyMaxDifference);
            Number(json, "assemblyAuc", row.AssemblyAuc);
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
