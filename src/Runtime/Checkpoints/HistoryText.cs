using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace ModelGen;

/// <summary>The history of a run as JSON for the metadata of a file. Numbers are written so that they are read back to the same bits.</summary>
internal static class HistoryText
{
    /// <summary>Writes a history.</summary>
    public static string Write(IReadOnlyList<EpochResult> history)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartArray();
            foreach (EpochResult epoch in history)
            {
                json.WriteStartObject();
                json.WriteNumber("epoch", epoch.Epoch);
                WriteNumber(json, "loss", epoch.Loss);
                WriteNumber(json, "seconds", epoch.Seconds);
                WriteNumber(json, "examplesPerSecond", epoch.ExamplesPerSecond);
                if (epoch.Validation is { } validation)
                {
                    json.WriteStartObject("validation");
                    Write(json, validation);
                    json.WriteEndObject();
                }

                if (epoch.Ranking is { } ranking)
                {
                    json.WriteStartObject("ranking");
                    Write(json, ranking);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads a history.</summary>
    /// <exception cref="FormatException">The text is not one that <see cref="Write(IReadOnlyList{EpochResult})"/> wrote.</exception>
    public static List<EpochResult> Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            List<EpochResult> history = [];
            foreach (JsonElement epoch in document.RootElement.EnumerateArray())
            {
                history.Add(new EpochResult(
                    epoch.GetProperty("epoch").GetInt32(),
                    Number(epoch, "loss") ?? double.NaN,
                    epoch.TryGetProperty("validation", out JsonElement validation) ? ReadEvaluation(validation) : null,
                    Number(epoch, "seconds") ?? double.NaN,
                    Number(epoch, "examplesPerSecond") ?? double.NaN)
                {
                    Ranking = epoch.TryGetProperty("ranking", out JsonElement ranking) ? ReadRanking(ranking) : null,
                });
            }

            return history;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static void Write(Utf8JsonWriter json, Evaluation evaluation)
    {
        json.WriteNumber("examples", evaluation.Examples);
        WriteNumber(json, "auc", evaluation.Auc);
        json.WriteString("aucUndefined", evaluation.AucUndefined);
        WriteNumber(json, "logLoss", evaluation.LogLoss);
        WriteNumber(json, "mse", evaluation.Mse);
        WriteNumber(json, "calibration", evaluation.Calibration);
        WriteNumber(json, "aucRare", evaluation.AucRare);
        WriteNumber(json, "aucPopular", evaluation.AucPopular);
    }

    private static Evaluation ReadEvaluation(JsonElement json) => new()
    {
        Examples = json.GetProperty("examples").GetInt32(),
        Auc = Number(json, "auc"),
        AucUndefined = json.GetProperty("aucUndefined").GetString(),
        LogLoss = Number(json, "logLoss") ?? double.NaN,
        Mse = Number(json, "mse") ?? double.NaN,
        Calibration = Number(json, "calibration") ?? double.NaN,
        AucRare = Number(json, "aucRare"),
        AucPopular = Number(json, "aucPopular"),
    };

    private static void Write(Utf8JsonWriter json, RankingEvaluation ranking)
    {
        json.WriteNumber("users", ranking.Users);
        json.WriteNumber("heldOut", ranking.HeldOut);
        json.WriteNumber("items", ranking.Items);
        json.WriteNumber("leftOutUsers", ranking.LeftOutUsers);
        json.WriteNumber("unknownItems", ranking.UnknownItems);
        json.WriteNumber("metBefore", ranking.MetBefore);
        json.WriteStartArray("cutoffs");
        foreach (RankingAt cutoff in ranking.Cutoffs)
        {
            json.WriteStartObject();
            json.WriteNumber("length", cutoff.Length);
            WriteNumber(json, "hitRate", cutoff.HitRate);
            WriteNumber(json, "ndcg", cutoff.Ndcg);
            WriteNumber(json, "recall", cutoff.Recall);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static RankingEvaluation ReadRanking(JsonElement json) => new()
    {
        Users = json.GetProperty("users").GetInt32(),
        HeldOut = json.GetProperty("heldOut").GetInt64(),
        Items = json.GetProperty("items").GetInt32(),
        LeftOutUsers = json.GetProperty("leftOutUsers").GetInt32(),
        UnknownItems = json.GetProperty("unknownItems").GetInt64(),
        MetBefore = json.GetProperty("metBefore").GetInt64(),
        Cutoffs =
        [
            .. json.GetProperty("cutoffs").EnumerateArray().Select(c => new RankingAt(
                c.GetProperty("length").GetInt32(), Number(c, "hitRate") ?? double.NaN, Number(c, "ndcg") ?? double.NaN, Number(c, "recall") ?? double.NaN)),
        ],
    };

    /// <summary>JSON has no word for an undefined number but null.</summary>
    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static double? Number(JsonElement json, string name) =>
        json.GetProperty(name) is { ValueKind: not JsonValueKind.Null } element ? element.GetDouble() : null;
}
