using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ModelGen.Bench;

/// <summary>The JSON file of a run: machine, limits and rows.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a file, or takes the place of the rows of the same names in it and keeps the others.</summary>
    public static void Write(string file, Limits limits, IReadOnlyList<BenchmarkRow> rows, bool keepOthers)
    {
        string commit = Machine.Commit();
        JsonArray all = keepOthers && File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file))!["rows"]!.AsArray() : [];
        foreach (BenchmarkRow row in rows)
        {
            JsonNode node = JsonSerializer.SerializeToNode(row, s_json)!;
            node["commit"] = commit;
            int at = all.Select(r => (string?)r!["name"]).ToList().IndexOf(row.Name);
            if (at >= 0)
            {
                all[at] = node;
            }
            else
            {
                all.Add(node);
            }
        }

        var result = new { machine = Machine.Description, limits, rows = all };
        string temporary = file + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(result, s_json) + "\n");
        File.Move(temporary, file, overwrite: true);
    }
}
