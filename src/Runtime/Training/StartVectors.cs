using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Vectors that plain tables and the queries of quantised embeddings start from, by the keys of their features; codebooks and the vectors of clusters then
/// start as k-means of vectors that mean something. See <see cref="TrainingOptions.Start"/>.
/// </summary>
public sealed class StartVectors
{
    // The weights of the inner product of a GMF model.
    private const string WeightName = "weighted.W";

    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Rows, int Columns, float[] Values)> _towers = new(StringComparer.Ordinal);
    private (string User, string Item)? _pair;

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
                ? result.Add(vocabulary.Feature.Name, new Source(KeyKind.Text, key => Row(vocabulary.FindOrUnknown(key)), null) { TextKeys = vocabulary.TextKeys })
                : result.Add(vocabulary.Feature.Name, new Source(KeyKind.Integer, null, key => Row(vocabulary.FindOrUnknown(key)))
                {
                    IntegerKeys = vocabulary.Feature.Cardinality > 0 ? [.. Enumerable.Range(0, vocabulary.Count).Select(id => (long)id)] : vocabulary.IntegerKeys,
                });
        }

        foreach (DenseParameter parameter in TModel.Schema.Dense)
        {
            if (parameter.Group == ParameterGroup.Tower)
            {
                result._towers[parameter.Name] = (parameter.Rows, parameter.Columns, model.State.Dense.Span(parameter.Offset, parameter.Floats).ToArray());
            }
        }

        result._pair = Pair(TModel.Schema);
        return result._sources.Count > 0
            ? result
            : throw new ArgumentException($"Model {TModel.Schema.Name} has no plain table to start from; give its features [Full] or [MultiLayer].", nameof(model));
    }

    /// <summary>
    /// The means of several start vectors, such as those of one training run after each of its last epochs (stochastic weight averaging): the noise of single steps is
    /// averaged out, which often ranks better than any of them. Towers are averaged as well.
    /// </summary>
    /// <param name="vectors">At least one; all have the same features and towers.</param>
    /// <exception cref="ArgumentException">There are none, or their features, kinds of keys or towers differ.</exception>
    public static StartVectors Mean(params StartVectors[] vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        if (vectors.Length == 0 || vectors.Any(v => !v._sources.Keys.Order().SequenceEqual(vectors[0]._sources.Keys.Order()) || !v._towers.Keys.Order().SequenceEqual(vectors[0]._towers.Keys.Order())))
        {
            throw new ArgumentException("The mean needs start vectors that all have the same features and towers; take them from models of one class.", nameof(vectors));
        }

        StartVectors result = new() { _pair = vectors[0]._pair };
        foreach ((string feature, Source first) in vectors[0]._sources)
        {
            Source[] sources = [.. vectors.Select(v => v._sources[feature])];
            result._sources[feature] = sources.All(s => s.Keys == first.Keys)
                ? first with { Text = first.Text is null ? null : key => Mean(sources.Select(s => s.Text!(key))), Integer = first.Integer is null ? null : key => Mean(sources.Select(s => s.Integer!(key))) }
                : throw new ArgumentException($"The keys of {feature} are text in some of the start vectors and integers in others.", nameof(vectors));
        }

        foreach ((string name, (int rows, int columns, float[] values)) in vectors[0]._towers)
        {
            result._towers[name] = (rows, columns, Mean(vectors.Select(v => v._towers[name].Values))!);
        }

        return result;
    }

    /// <summary>
    /// Other vectors with the same scores, made for a product quantiser: in a <see cref="GmfAttribute"/> model the weights of the inner product
    /// become one, both tables are rotated and scaled to uncorrelated dimensions of one size, and every part gets large and small dimensions so that
    /// all parts matter alike (Ge et al., Optimized Product Quantization, 2013). Rounding to codes then loses much less.
    /// </summary>
    /// <param name="parts"><see cref="QuantizedAttribute.Parts"/> of both features of the model to be started, a divisor of their Dimension.</param>
    /// <exception cref="InvalidOperationException">The vectors are not those of both plain tables of a [Gmf] model, or their mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="parts"/> does not divide the Dimension.</exception>
    public StartVectors Balanced(int parts)
    {
        if (_pair is not { } pair || !_sources.TryGetValue(pair.User, out Source? users) || !_sources.TryGetValue(pair.Item, out Source? items) || !users.HasKeys || !items.HasKeys)
        {
            throw new InvalidOperationException("Only the start vectors of a [Gmf] model whose [User] and [Item] have plain tables can be balanced, or their mean; take them by StartVectors.From.");
        }

        (int rows, int columns, float[] weights) = _towers[WeightName];
        if (parts < 1 || rows % parts != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(parts), $"parts is {parts}; it must be at least 1 and divide the Dimension, {rows}.");
        }

        BalancedProduct product = new(users.All, items.All, [.. weights.Take(rows).Select(w => (double)w)], parts);
        StartVectors result = new();
        result._sources[pair.User] = users.Map(product.User);
        result._sources[pair.Item] = items.Map(product.Item);
        foreach ((string name, var tower) in _towers)
        {
            result._towers[name] = name == WeightName ? (rows, columns, [.. weights.Select((_, k) => k < rows ? 1f : 0f)]) : tower;
        }

        return result;
    }

    // The two features of a model whose only towers are the weights of their product and a bias.
    private static (string User, string Item)? Pair(ModelSchema schema)
    {
        CategoricalFeature? user = schema.Categoricals.FirstOrDefault(f => f.Role == FeatureRole.User), item = schema.Categoricals.FirstOrDefault(f => f.Role == FeatureRole.Item);
        string[] towers = [.. schema.Dense.Where(d => d.Group == ParameterGroup.Tower).Select(d => d.Name).Order()];
        return user is not null && item is not null && towers.SequenceEqual(["bias", WeightName]) ? (user.Name, item.Name) : null;
    }

    // A key has a mean when every part has a vector for it.
    private static float[]? Mean(IEnumerable<float[]?> vectors)
    {
        double[]? sum = null;
        int count = 0;
        foreach (float[]? vector in vectors)
        {
            if (vector is null || (sum is not null && sum.Length != vector.Length))
            {
                return vector is null ? null : throw new ArgumentException($"Start vectors of {sum!.Length} and of {vector.Length} floats have no mean.");
            }

            sum ??= new double[vector.Length];
            count++;
            for (int i = 0; i < vector.Length; i++)
            {
                sum[i] += vector[i];
            }
        }

        return [.. sum!.Select(total => (float)(total / count))];
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
        IEnumerable<int> features = schema.Quantized.Where(q => q is { Keys: null, Factor: null }).Select(q => q.Feature)
            .Concat(schema.Tables.Where(t => IsPlain(schema, t) || t.Index == RowIndex.Assignment).Select(t => t.Feature));
        foreach (CategoricalFeature feature in features.Select(f => schema.Categoricals[f]))
        {
            if (_sources.TryGetValue(feature.Name, out Source? source))
            {
                any = true;
                if (source.Keys != feature.KeyKind)
                {
                    return $"has vectors by {source.Keys.ToString().ToLowerInvariant()} keys for {feature.Name}, whose keys are {feature.KeyKind.ToString().ToLowerInvariant()}";
                }
            }
        }

        return any ? null : $"has vectors for {string.Join(", ", _sources.Keys)}, none of which is a [Full] or [Clustered] feature of {schema.Name}, or a [Quantized] one that chooses the nearest centroids of a table of queries";
    }

    /// <summary>Whether a table is the plain one of a feature.</summary>
    internal static bool IsPlain(ModelSchema schema, TableParameter table) =>
        table.Index == RowIndex.Identity && table.Name == schema.Categoricals[table.Feature].Name + ".E";

    /// <summary>The vector of an id, or null when there is none.</summary>
    /// <exception cref="ArgumentException">The vector has another width, or is not finite.</exception>
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
        if (vector is not null && vector.Length != width)
        {
            throw new ArgumentException($"TrainingOptions.Start has a vector of {vector.Length} floats for '{key}' of {vocabulary.Feature.Name}; its Dimension is {width}.");
        }

        return vector is null || vector.All(float.IsFinite)
            ? vector
            : throw new ArgumentException($"TrainingOptions.Start has a vector for '{key}' of {vocabulary.Feature.Name} that is not finite.");
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

    // Of vectors that come from a model, all keys are known.
    private sealed record Source(KeyKind Keys, Func<string, float[]?>? Text, Func<long, float[]?>? Integer)
    {
        public string[]? TextKeys { get; init; }

        public long[]? IntegerKeys { get; init; }

        public bool HasKeys => TextKeys is not null || IntegerKeys is not null;

        public IEnumerable<float[]> All => (TextKeys is null ? (IntegerKeys ?? []).Select(Integer!) : TextKeys.Select(Text!)).OfType<float[]>();

        public Source Map(Func<float[], float[]> map) => this with
        {
            Text = Text is null ? null : key => Text(key) is { } vector ? map(vector) : null,
            Integer = Integer is null ? null : key => Integer(key) is { } vector ? map(vector) : null,
        };
    }
}
