using System;
using System.Collections.Generic;
using System.Globalization;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Vectors that the queries of quantised embeddings start from, by the keys of their features, so that the codebooks start as k-means of
/// vectors that mean something. See <see cref="TrainingOptions.Start"/>.
/// </summary>
public sealed class StartVectors
{
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Rows, int Columns, float[] Values)> _towers = new(StringComparer.Ordinal);

    /// <summary>
    /// The plain tables of a trained model, of <see cref="FullAttribute"/> and, multiplied out, of <see cref="MultiLayerAttribute"/>, under the
    /// names of their features, and its towers, from which towers of the same name and shape start.
    /// </summary>
    /// <typeparam name="TModel">Another class whose features have the same names and keys, usually the same model with plain tables.</typeparam>
    /// <exception cref="ArgumentException">The model has no plain table.</exception>
    public static StartVectors From<TModel>(TrainedModel<TModel> model)
        where TModel : class, IEmbeddingModel<TModel>
    {
        ArgumentNullException.ThrowIfNull(model);
        StartVectors result = new();
        CollapsedWeights weights = TModel.Collapse(model.State);
        foreach (CollapsedTable table in weights.Tables)
        {
            Vocabulary vocabulary = weights.Vocabularies[table.Feature];
            if (table.Name != vocabulary.Feature.Name + ".E" || table.Index != RowIndex.Identity)
            {
                continue;
            }

            float[]? Row(int id) => id < 0 || id >= vocabulary.Count ? null : table.Values.Span(id * (long)table.Width, table.Width).ToArray();
            result = vocabulary.Feature.KeyKind == KeyKind.Text
                ? result.With(vocabulary.Feature.Name, (string key) => Row(vocabulary.FindOrUnknown(key)))
                : result.With(vocabulary.Feature.Name, (long key) => Row(vocabulary.FindOrUnknown(key)));
        }

        foreach (DenseParameter parameter in TModel.Schema.Dense)
        {
            if (parameter.Group == ParameterGroup.Tower)
            {
                result._towers[parameter.Name] = (parameter.Rows, parameter.Columns, model.State.Dense.Span(parameter.Offset, parameter.Floats).ToArray());
            }
        }

        return result._sources.Count > 0
            ? result
            : throw new ArgumentException($"Model {TModel.Schema.Name} has no plain table to start from; give its features [Full] or [MultiLayer].", nameof(model));
    }

    /// <summary>Adds a feature with text keys.</summary>
    /// <param name="feature">Name of the property.</param>
    /// <param name="vector">The vector of a key, of the feature's Dimension, or null for a key without one, whose query starts at random.</param>
    /// <returns>These vectors.</returns>
    public StartVectors With(string feature, Func<string, float[]?> vector) => Add(feature, new Source(KeyKind.Text, vector, null));

    /// <summary>Adds a feature with integer keys.</summary>
    /// <param name="feature">Name of the property.</param>
    /// <param name="vector">The vector of a key, of the feature's Dimension, or null for a key without one, whose query starts at random.</param>
    /// <returns>These vectors.</returns>
    public StartVectors With(string feature, Func<long, float[]?> vector) => Add(feature, new Source(KeyKind.Integer, null, vector));

    /// <summary>What is wrong with these vectors for a model, or null.</summary>
    internal string? Problem(ModelSchema schema)
    {
        bool any = false;
        foreach (QuantizedFeature quantized in schema.Quantized)
        {
            CategoricalFeature feature = schema.Categoricals[quantized.Feature];
            if (_sources.TryGetValue(feature.Name, out Source? source) && quantized is { Keys: null, Factor: null })
            {
                any = true;
                if (source.Keys != feature.KeyKind)
                {
                    return $"has vectors by {source.Keys.ToString().ToLowerInvariant()} keys for {feature.Name}, whose keys are {feature.KeyKind.ToString().ToLowerInvariant()}";
                }
            }
        }

        return any ? null : $"has vectors for {string.Join(", ", _sources.Keys)}, none of which is a [Quantized] feature of {schema.Name} that chooses the nearest centroids of a table of queries";
    }

    /// <summary>The vector of an id, or null when there is none.</summary>
    /// <exception cref="ArgumentException">The vector has another width.</exception>
    internal float[]? Find(Vocabulary vocabulary, int id, int width)
    {
        if (!_sources.TryGetValue(vocabulary.Feature.Name, out Source? source))
        {
            return null;
        }

        (string key, float[]? vector) = vocabulary.Feature switch
        {
            { KeyKind: KeyKind.Text } => (vocabulary.TextKeys[id], source.Text!(vocabulary.TextKeys[id])),
            { Cardinality: > 0 } => (Text(id), source.Integer!(id)),
            _ => (Text(vocabulary.IntegerKeys[id]), source.Integer!(vocabulary.IntegerKeys[id])),
        };
        return vector is null || vector.Length == width
            ? vector
            : throw new ArgumentException($"TrainingOptions.Start has a vector of {vector.Length} floats for '{key}' of {vocabulary.Feature.Name}; its Dimension is {width}.");
    }

    /// <summary>Whether there are vectors for a feature.</summary>
    internal bool Has(string feature) => _sources.ContainsKey(feature);

    /// <summary>The values of a tower parameter as the arena holds them, or null when there is none of this name and shape.</summary>
    internal float[]? FindTower(DenseParameter parameter) =>
        _towers.TryGetValue(parameter.Name, out var tower) && (tower.Rows, tower.Columns, tower.Values.Length) == (parameter.Rows, parameter.Columns, parameter.Floats)
            ? tower.Values : null;

    private StartVectors Add(string feature, Source source)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(feature);
        _sources[feature] = source;
        return this;
    }

    private static string Text(long key) => key.ToString(CultureInfo.InvariantCulture);

    private sealed record Source(KeyKind Keys, Func<string, float[]?>? Text, Func<long, float[]?>? Integer);
}
