using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;

namespace ModelGen.Compiled;

/// <summary>
/// All that a collapsed model is: what serving needs and nothing else. It is the common source of the safetensors file, the ONNX file
/// and the inference assembly.
/// </summary>
public sealed class CollapsedWeights
{
    /// <summary>Puts a collapsed model together.</summary>
    /// <param name="schema">The model.</param>
    /// <param name="tables">The tables, with unique names; the rows of each fit the vocabulary of its feature.</param>
    /// <param name="dense">The dense parameters, with unique names.</param>
    /// <param name="vocabularies">One vocabulary per categorical feature, in schema order.</param>
    /// <param name="scalings">One scaling per numeric feature, in schema order.</param>
    /// <param name="codes">Codes of quantised embeddings, their codebooks among the dense parameters; none by default.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public CollapsedWeights(
        ModelSchema schema, ImmutableArray<CollapsedTable> tables, ImmutableArray<CollapsedDense> dense,
        ImmutableArray<Vocabulary> vocabularies, ImmutableArray<NumericScaling> scalings, ImmutableArray<CollapsedCodes> codes = default)
    {
        codes = codes.IsDefault ? [] : codes;
        if (vocabularies.Length != schema.Categoricals.Length || scalings.Length != schema.Numerics.Length)
        {
            throw new ArgumentException(
                $"Model '{schema.Name}' has {schema.Categoricals.Length} categorical and {schema.Numerics.Length} numeric features, " +
                $"but {vocabularies.Length} vocabularies and {scalings.Length} scalings are given.");
        }

        var names = new HashSet<string>();
        foreach (string name in tables.Select(t => t.Name).Concat(dense.Select(d => d.Name)).Concat(codes.Select(c => c.Name)))
        {
            if (!names.Add(name))
            {
                throw new ArgumentException($"Two parameters are named '{name}'.");
            }
        }

        foreach (CollapsedTable table in tables)
        {
            if (table.Feature >= vocabularies.Length)
            {
                throw new ArgumentException($"Table '{table.Name}' belongs to feature {table.Feature}, but there are {vocabularies.Length}.");
            }

            long ids = vocabularies[table.Feature].Rows;
            long rows = CollapsedTable.RowsFor(table.Index, table.Modulus, ids);
            if (table.Rows != rows)
            {
                throw new ArgumentException(
                    $"Table '{table.Name}' has {table.Rows} rows; the {ids} ids of feature '{schema.Categoricals[table.Feature].Name}' need {rows}.");
            }
        }

        foreach (CollapsedCodes code in codes)
        {
            CheckCodes(schema, code, dense, vocabularies);
        }

        Schema = schema;
        Tables = tables;
        Codes = codes;
        Dense = dense;
        Vocabularies = vocabularies;
        Scalings = scalings;
    }

    /// <summary>The model.</summary>
    public ModelSchema Schema { get; }

    /// <summary>The tables.</summary>
    public ImmutableArray<CollapsedTable> Tables { get; }

    /// <summary>The codes of quantised embeddings.</summary>
    public ImmutableArray<CollapsedCodes> Codes { get; }

    /// <summary>The dense parameters.</summary>
    public ImmutableArray<CollapsedDense> Dense { get; }

    /// <summary>Vocabulary of every categorical feature.</summary>
    public ImmutableArray<Vocabulary> Vocabularies { get; }

    /// <summary>Scaling of every numeric feature.</summary>
    public ImmutableArray<NumericScaling> Scalings { get; }

    /// <summary>Bytes of everything the model needs to serve: tables, scales and ranges, codes, dense parameters, vocabularies, scalings.</summary>
    public long Bytes => Breakdown.Sum(part => part.Bytes);

    /// <summary>Bytes of each part, by the name of its tensor in the safetensors file.</summary>
    public IReadOnlyList<(string Name, long Bytes)> Breakdown => CollapsedFile.Describe(this).Parts;

    /// <summary>The table of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public CollapsedTable FindTable(string name) =>
        Tables.FirstOrDefault(t => t.Name == name) ?? throw new KeyNotFoundException($"Model '{Schema.Name}' has no table '{name}'.");

    /// <summary>The codes of this name.</summary>
    /// <exception cref="KeyNotFoundException">There are none.</exception>
    public CollapsedCodes FindCodes(string name) =>
        Codes.FirstOrDefault(c => c.Name == name) ?? throw new KeyNotFoundException($"Model '{Schema.Name}' has no codes '{name}'.");

    /// <summary>The dense parameter of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public CollapsedDense FindDense(string name) =>
        Dense.FirstOrDefault(d => d.Name == name) ?? throw new KeyNotFoundException($"Model '{Schema.Name}' has no dense parameter '{name}'.");

    /// <summary>
    /// The same model with its tables in another format; everything that does not change is shared. <see cref="TableFormat.Float16"/> rounds
    /// the codebooks of quantised embeddings too; the other formats leave codes and codebooks alone. A table that the format would
    /// not make smaller, such as one of width 1 that would get a scale per row, stays as it is. See docs/methods/post-training.md.
    /// </summary>
    /// <param name="format">The format; <see cref="TableFormat.Float32"/> decodes.</param>
    /// <param name="features">Names of categorical features whose tables are meant; all when none is given.</param>
    /// <exception cref="InvalidOperationException">A table is already stored in another way than floats.</exception>
    /// <exception cref="ArgumentException">There is no such feature, the format does not apply to it, or a value is not finite or too large for the format.</exception>
    public CollapsedWeights Quantize(TableFormat format, params ReadOnlySpan<string> features)
    {
        ArgumentNullException.ThrowIfNull(format);
        HashSet<int> chosen = Chosen(format, features);
        HashSet<string> codebooks = format.Scales == TableScales.None ? [.. Codes.Where(c => chosen.Contains(c.Feature)).Select(c => c.CodebookName)] : [];
        return new CollapsedWeights(
            Schema,
            [.. Tables.Select(table => chosen.Contains(table.Feature) ? Convert(table, format) : table)],
            [.. Dense.Select(dense => codebooks.Contains(dense.Name) && dense.Format != format ? dense.With(format) : dense)],
            Vocabularies, Scalings, Codes);
    }

    /// <summary>Writes the model as a safetensors file, the same bytes for the same content. Returns the length of the file in bytes.</summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    public long Save(string path) => CollapsedFile.Describe(this).Save(path);

    /// <summary>Writes the content of the safetensors file to a stream.</summary>
    public void WriteTo(Stream stream) => CollapsedFile.Describe(this).WriteTo(stream);

    /// <summary>Reads a model that <see cref="Save"/> has written.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="schema">The model that is expected in it.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, is something else, or holds another model or version.</exception>
    public static CollapsedWeights Load(string path, ModelSchema schema) => CollapsedFile.Load(path, schema);

    private static CollapsedTable Convert(CollapsedTable table, TableFormat format) => table.Format == format ? table
        : format == TableFormat.Float32 ? TableQuantizer.Decode(table)
        : table.Format != TableFormat.Float32 ? throw new InvalidOperationException(
            $"Table '{table.Name}' is stored as {table.Format}; quantise the {TableFormat.Float32} form to {format}, not an already rounded one.")
        : format.Bytes(table.Rows, table.Width) < table.Bytes ? TableQuantizer.Quantize(table, format)
        : table;

    // The features by index, after a check that the format has something to change in each one that was named.
    private HashSet<int> Chosen(TableFormat format, ReadOnlySpan<string> features)
    {
        HashSet<int> chosen = features.IsEmpty ? [.. Enumerable.Range(0, Vocabularies.Length)] : [];
        foreach (string name in features)
        {
            int feature = Schema.Categoricals.Select(c => c.Name).ToList().IndexOf(name);
            if (feature < 0)
            {
                throw new ArgumentException(
                    $"Model '{Schema.Name}' has no categorical feature '{name}'; there are {string.Join(", ", Schema.Categoricals.Select(c => $"'{c.Name}'"))}.", nameof(features));
            }

            if (format.Scales != TableScales.None && Tables.All(t => t.Feature != feature))
            {
                throw new ArgumentException(
                    $"Feature '{name}' is served as codes, which {format} does not change. {TableFormat.Float16} rounds its codebook; leave the feature out otherwise.", nameof(features));
            }

            chosen.Add(feature);
        }

        return chosen;
    }

    private static void CheckCodes(ModelSchema schema, CollapsedCodes codes, ImmutableArray<CollapsedDense> dense, ImmutableArray<Vocabulary> vocabularies)
    {
        if (codes.Feature >= vocabularies.Length)
        {
            throw new ArgumentException($"Codes '{codes.Name}' belong to feature {codes.Feature}, but there are {vocabularies.Length}.");
        }

        long ids = vocabularies[codes.Feature].Rows;
        if (codes.Rows != ids)
        {
            throw new ArgumentException(
                $"Codes '{codes.Name}' have {codes.Rows} rows in {codes.Tiers.Length} tiers; feature '{schema.Categoricals[codes.Feature].Name}' has {ids} ids.");
        }

        if (dense.FirstOrDefault(d => d.Name == codes.CodebookName) is not { } codebook)
        {
            throw new ArgumentException($"Codes '{codes.Name}' read the codebook '{codes.CodebookName}', which is not among the dense parameters.");
        }

        if (codebook.Rows != codes.Centroids || (!codes.IsShared && codebook.Columns % codes.Parts != 0))
        {
            throw new ArgumentException(
                $"Codes '{codes.Name}' have {codes.Centroids} choices in {codes.Parts} parts; the codebook '{codebook.Name}' is {codebook.Rows} x {codebook.Columns}.");
        }
    }
}
