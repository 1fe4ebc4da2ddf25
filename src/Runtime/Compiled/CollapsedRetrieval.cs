using System;
using System.Collections.Generic;
using System.IO;

namespace ModelGen.Compiled;

/// <summary>Everything a retrieval model needs to serve: unit rows, the items' keys, and which items were never seen in training.</summary>
/// <param name="Schema">The compile-time description.</param>
/// <param name="Items">Vocabulary of the items.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Unseen">Items without a user in training, ascending; they are never recommended.</param>
public sealed record CollapsedRetrieval(ModelSchema Schema, Vocabulary Items, CollapsedRows Rows, int[] Unseen)
{
    private const string Format = "modelgen.retrieval";
    private const string Version = "1";

    /// <summary>Bytes of everything serving needs: rows, keys and the list of unseen items.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach ((_, long part) in Describe().Parts)
            {
                bytes += part;
            }

            return bytes;
        }
    }

    /// <summary>Writes a safetensors file. Returns its length in bytes.</summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    public long Save(string path) => Describe().Save(path);

    /// <summary>Writes the content of the file to a stream.</summary>
    public void WriteTo(Stream stream) => Describe().WriteTo(stream);

    /// <summary>Reads a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, is something else, or holds another model or version.</exception>
    public static CollapsedRetrieval Load(string path, ModelSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        using SafeTensorsReader reader = SafeTensorsReader.Open(path);
        string Required(string key) => reader.Metadata.GetValueOrDefault(key) ?? throw reader.Error($"The metadata entry '{key}' is missing.");
        if (reader.Metadata.GetValueOrDefault("format") is not Format)
        {
            throw reader.Error($"The file is {(reader.Metadata.GetValueOrDefault("format") is { } other ? $"of the format '{other}'" : "not a file of ModelGen")}, expected '{Format}', a collapsed retrieval model.");
        }

        if (Required("formatVersion") != Version)
        {
            throw reader.Error($"The file has format version {Required("formatVersion")}; this release reads version {Version}.");
        }

        if (Required("fingerprint") != schema.Fingerprint)
        {
            throw reader.Error($"The file holds the model '{Required("model")}' with fingerprint {Required("fingerprint")}; the class '{schema.Name}' has {schema.Fingerprint}. Load it with the class it was trained with, or train this one.");
        }

        CategoricalFeature feature = schema.Categoricals[schema.Tables[0].Feature];
        Vocabulary items = VocabularyTensors.Read(reader, feature);
        string name = feature.Name + ".N";
        string[] words = Required("table." + name).Split(' ');
        if (words.Length != 4 || !TableFormat.TryParse(words[3], out TableFormat format))
        {
            throw reader.Error($"The rows '{name}' are described as '{Required("table." + name)}', expected feature, index, modulus and format.");
        }

        CollapsedRows rows = CollapsedRows.Read(reader, name, items.Count, schema.Tables[0].Width, schema.Tables[0].Kept, format);
        int[] unseen = reader.ReadArray<int>(name + ".unseen");
        foreach (int item in unseen)
        {
            if ((uint)item >= (uint)items.Count)
            {
                throw reader.Error($"The tensor '{name}.unseen' names item {item}; there are items 0 to {items.Count - 1}.");
            }
        }

        return new CollapsedRetrieval(schema, items, rows, unseen);
    }

    /// <summary>Everything that goes into the file, not yet written.</summary>
    internal SafeTensorsWriter Describe()
    {
        var writer = new SafeTensorsWriter();
        writer.Metadata("format", Format);
        writer.Metadata("formatVersion", Version);
        writer.Metadata("model", Schema.Name);
        writer.Metadata("fingerprint", Schema.Fingerprint);
        writer.Metadata("table." + Rows.Name, $"{Items.Feature.Name} {RowIndex.Identity} 0 {Rows.Format}");
        Rows.AddTo(writer);
        writer.Add(Rows.Name + ".unseen", Unseen, Unseen.Length);
        VocabularyTensors.Add(writer, Items);
        return writer;
    }
}
