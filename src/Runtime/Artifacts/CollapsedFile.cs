using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;

namespace ModelGen.Compiled;

/// <summary>
/// The safetensors layout of a collapsed model. Tensors: tables as <see cref="TableTensors"/> says, codes as U8 [bytes], packed as
/// <see cref="CollapsedCodes"/> says, a dense parameter as F32 [rows, columns] (F16 for a codebook in 16-bit floats), vocabularies as
/// <see cref="VocabularyTensors"/> says, and "numeric.scaling" F32 [features, 2] with mean and inverse deviation. Metadata: format,
/// formatVersion, model, fingerprint; "tables" and "dense" list the names in order. With quantised embeddings "codes" lists their names
/// too, and each leads to its feature, codebook and parts, then choices:rows of every tier (and :first:repeat where it has centroids or parts of its own).
/// </summary>
internal static class CollapsedFile
{
    private const string Format = "modelgen.collapsed";
    private const string Version = "1";
    private const string ScalingName = "numeric.scaling";

    /// <summary>Everything that goes into the file, not yet written.</summary>
    public static SafeTensorsWriter Describe(CollapsedWeights weights)
    {
        var writer = new SafeTensorsWriter();
        writer.Metadata("format", Format);
        writer.Metadata("formatVersion", Version);
        writer.Metadata("model", weights.Schema.Name);
        writer.Metadata("fingerprint", weights.Schema.Fingerprint);
        writer.Metadata("tables", string.Join(' ', weights.Tables.Select(t => t.Name)));
        writer.Metadata("dense", string.Join(' ', weights.Dense.Select(d => d.Name)));
        foreach (CollapsedTable table in weights.Tables)
        {
            TableTensors.Add(writer, table, weights.Schema.Categoricals[table.Feature].Name);
        }

        AddCodes(writer, weights);
        foreach (CollapsedDense dense in weights.Dense)
        {
            writer.Add(dense.Name, dense.Format == TableFormat.Float16 ? SafeTensorType.F16 : SafeTensorType.F32, dense.Content, dense.Rows, dense.Columns);
        }

        foreach (Vocabulary vocabulary in weights.Vocabularies)
        {
            VocabularyTensors.Add(writer, vocabulary);
        }

        if (weights.Scalings.Length > 0)
        {
            float[] values = [.. weights.Scalings.SelectMany(s => new[] { s.Mean, s.InverseDeviation })];
            writer.Add(ScalingName, values, weights.Scalings.Length, 2);
        }

        return writer;
    }

    /// <summary>Reads a file and checks that it holds the expected model.</summary>
    public static CollapsedWeights Load(string path, ModelSchema schema)
    {
        using SafeTensorsReader reader = SafeTensorsReader.Open(path);
        CheckIdentity(reader, schema);
        ImmutableArray<CollapsedTable> tables = [.. Names(reader, "tables").Select(name => TableTensors.Read(reader, schema, name))];
        ImmutableArray<CollapsedDense> dense = [.. Names(reader, "dense").Select(name => ReadDense(reader, name))];
        ImmutableArray<NumericScaling> scalings = ReadScalings(reader, schema);
        ImmutableArray<CollapsedCodes> codes = reader.Metadata.ContainsKey("codes") ? [.. Names(reader, "codes").Select(name => ReadCodes(reader, schema, name))] : [];
        ImmutableArray<Vocabulary> vocabularies = [.. schema.Categoricals.Select(feature => VocabularyTensors.Read(reader, feature))];
        try
        {
            return new CollapsedWeights(schema, tables, dense, vocabularies, scalings, codes);
        }
        catch (ArgumentException e)
        {
            throw reader.Error(e.Message, e);
        }
    }

    private static void AddCodes(SafeTensorsWriter writer, CollapsedWeights weights)
    {
        if (weights.Codes.IsEmpty)
        {
            return;
        }

        writer.Metadata("codes", string.Join(' ', weights.Codes.Select(c => c.Name)));
        foreach (CollapsedCodes codes in weights.Codes)
        {
            string tiers = string.Join(' ', codes.Tiers.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Choices}:{t.Rows}{(t.First == 0 && t.Repeat == 1 ? "" : $":{t.First}:{t.Repeat}")}")));
            string feature = weights.Schema.Categoricals[codes.Feature].Name;
            writer.Metadata(CodesKey(codes.Name), string.Create(CultureInfo.InvariantCulture, $"{feature} {codes.CodebookName} {codes.Parts}{(codes.IsShared ? ":shared" : "")} {tiers}"));
            writer.Add(codes.Name, SafeTensorType.U8, codes.Content, codes.Bytes);
        }
    }

    private static CollapsedCodes ReadCodes(SafeTensorsReader reader, ModelSchema schema, string name)
    {
        string text = Required(reader, CodesKey(name));
        string[] parts = text.Split(' ');
        int feature = schema.Categoricals.Select(c => c.Name).ToList().IndexOf(parts[0]);
        var tiers = ImmutableArray.CreateBuilder<CodeTier>();
        foreach (string tier in parts.Skip(3))
        {
            int[] numbers = [.. tier.Split(':').Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : -1)];
            if (numbers.Length is 2 or 4 && !numbers.Contains(-1))
            {
                tiers.Add(numbers.Length == 2 ? new CodeTier(numbers[1], numbers[0]) : new CodeTier(numbers[1], numbers[0], numbers[2], numbers[3]));
            }
        }

        if (feature < 0 || parts.Length < 4 || tiers.Count != parts.Length - 3 ||
            !int.TryParse(parts[2].Replace(":shared", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            throw reader.Error($"The codes '{name}' are described as '{text}', expected feature, codebook, parts and choices:rows of every tier.");
        }

        try
        {
            var codes = new CollapsedCodes(name, parts[1], feature, count, tiers.ToImmutable(), reader.ReadBytesNative(name, SafeTensorType.U8), parts[2].EndsWith(":shared", StringComparison.Ordinal));
            reader.Require(name, SafeTensorType.U8, codes.Bytes);
            return codes;
        }
        catch (ArgumentException e)
        {
            throw reader.Error(e.Message, e);
        }
    }

    private static void CheckIdentity(SafeTensorsReader reader, ModelSchema schema)
    {
        string? format = reader.Metadata.GetValueOrDefault("format");
        if (format != Format)
        {
            throw reader.Error($"The file is {(format is null ? "not a file of ModelGen" : $"of the format '{format}'")}, expected '{Format}', a collapsed model.");
        }

        string version = Required(reader, "formatVersion");
        if (version != Version)
        {
            throw reader.Error($"The file has format version {version}; this release reads version {Version}.");
        }

        string fingerprint = Required(reader, "fingerprint");
        if (fingerprint != schema.Fingerprint)
        {
            throw reader.Error(
                $"The file holds the model '{Required(reader, "model")}' with fingerprint {fingerprint}; the class '{schema.Name}' has {schema.Fingerprint}. " +
                "Load it with the class it was trained with, or train this one.");
        }
    }

    private static CollapsedDense ReadDense(SafeTensorsReader reader, string name)
    {
        SafeTensorType type = reader.Find(name).Type == SafeTensorType.F16 ? SafeTensorType.F16 : SafeTensorType.F32;
        SafeTensorInfo info = reader.Require(name, type, -1, -1);
        if (info.Shape[0] > int.MaxValue || info.Shape[1] > int.MaxValue)
        {
            throw reader.Error($"The parameter '{name}' is {info.Describe()}, which is too large.");
        }

        return type == SafeTensorType.F32
            ? new CollapsedDense(name, (int)info.Shape[0], (int)info.Shape[1], reader.ReadArray<float>(name))
            : CollapsedDense.FromHalf(name, (int)info.Shape[0], (int)info.Shape[1], reader.ReadArray<Half>(name));
    }

    private static ImmutableArray<NumericScaling> ReadScalings(SafeTensorsReader reader, ModelSchema schema)
    {
        if (schema.Numerics.IsEmpty)
        {
            return [];
        }

        reader.Require(ScalingName, SafeTensorType.F32, schema.Numerics.Length, 2);
        float[] values = reader.ReadArray<float>(ScalingName);
        return [.. Enumerable.Range(0, schema.Numerics.Length).Select(i => new NumericScaling(values[2 * i], values[2 * i + 1]))];
    }

    private static string[] Names(SafeTensorsReader reader, string key) =>
        Required(reader, key).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Required(SafeTensorsReader reader, string key) =>
        reader.Metadata.GetValueOrDefault(key) ?? throw reader.Error($"The metadata entry '{key}' is missing.");

    private static string CodesKey(string name) => "codes." + name;
}
