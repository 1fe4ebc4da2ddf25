using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;

namespace ModelGen.Quality;

/// <summary>The results, one JSON object per line, appended as they come; runs that are already there are not done again.</summary>
internal sealed class ResultFile
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly List<RunRecord> _records = [];

    /// <summary>Opens a results file, or starts one.</summary>
    public ResultFile(string path)
    {
        _path = path;
        if (File.Exists(path))
        {
            _records.AddRange(File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<RunRecord>(line, s_json)!));
        }
    }

    /// <summary>The runs of a setting, by seed.</summary>
    public IReadOnlyList<RunRecord> Of(Combination combination, Setting setting)
    {
        lock (_lock)
        {
            return [.. _records.Where(r => r.Combination == combination && r.Setting == setting).OrderBy(r => r.Seed)];
        }
    }

    /// <summary>Appends a run.</summary>
    public void Add(RunRecord record)
    {
        lock (_lock)
        {
            _records.Add(record);
            File.AppendAllText(_path, JsonSerializer.Serialize(record, s_json) + "\n");
        }
    }
}
