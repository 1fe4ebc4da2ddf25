using System;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Draws negative items for positive pairs. A draw is a function of (seed, epoch, row of the pair, number of the negative), so it does
/// not depend on the order of the batch, on threads or on where a run was interrupted.
/// </summary>
internal sealed class NegativeSampler
{
    /// <summary>Negatives per positive of a model without labels, unless said otherwise.</summary>
    public const int DefaultNegatives = 4;

    /// <summary>Most negatives per positive.</summary>
    public const int MaximumNegatives = 1000;

    private const double PopularityPower = 0.75;
    private const int Tries = 64;

    // Keeps the draws apart from the shuffles of the same seed.
    private const ulong Salt = 0x6E656761_74697665;

    private readonly KeyColumn _users;
    private readonly int[] _positives;
    private readonly MetItems _met;
    private readonly AliasTable? _popularity;
    private readonly int _items;
    private readonly int _negatives;
    private readonly bool _inPairs;
    private readonly ulong _seed;

    /// <summary>Notes which items every user has met.</summary>
    /// <param name="data">The positive pairs.</param>
    /// <param name="schema">Their model, with a user and an item.</param>
    /// <param name="vocabularies">One per categorical input.</param>
    /// <param name="options">Seed, number and kind of the negatives.</param>
    /// <exception cref="DataSetException">A user has met every item that could be drawn.</exception>
    public NegativeSampler(DataSet data, ModelSchema schema, ImmutableArray<Vocabulary> vocabularies, TrainingOptions options)
    {
        ItemFeature = schema.Require(FeatureRole.Item, "Drawing negatives");
        _users = data.Categoricals[schema.Require(FeatureRole.User, "Drawing negatives")];
        KeyColumn items = data.Categoricals[ItemFeature];
        Vocabulary vocabulary = vocabularies[ItemFeature];
        int[] map = vocabulary.Map(items);
        _positives = new int[items.Codes.Length];
        for (int row = 0; row < _positives.Length; row++)
        {
            _positives[row] = map[items.Codes[row]];
        }

        _items = vocabulary.Count;
        _negatives = options.NegativesOf(schema);
        _inPairs = schema.Loss == Loss.BayesianPersonalizedRanking;
        _seed = KeyHash.Mix(options.Seed ^ Salt);
        _met = new MetItems(_users, _positives, _items);
        int drawable = _items;
        if (options.NegativeSampling == NegativeSampling.Popularity)
        {
            double[] weights = new double[_items];
            drawable = 0;
            for (int item = 0; item < _items; item++)
            {
                weights[item] = Math.Pow(vocabulary.Counts[item], PopularityPower);
                drawable += vocabulary.Counts[item] > 0 ? 1 : 0;
            }

            _popularity = new AliasTable(weights);
        }

        for (int user = 0; user < _users.KeyCount; user++)
        {
            if (_met.Count(user) >= drawable)
            {
                throw new DataSetException(
                    $"{data.Source}: {schema.Categoricals[schema.Require(FeatureRole.User, "")].Name} '{_users.KeyText(user)}' has met all {drawable:N0} items, so no negative can be drawn. Leave this user out of the training data.");
            }
        }
    }

    /// <summary>Index of the categorical input whose ids are drawn.</summary>
    public int ItemFeature { get; }

    /// <summary>
    /// Rows of a batch that a positive takes: itself and its negatives, or, for a loss over pairs, itself before each of its negatives.
    /// </summary>
    public int RowsPerPositive => _inPairs ? 2 * _negatives : 1 + _negatives;

    /// <summary>Whether a row of a batch is the positive.</summary>
    public bool IsPositive(int rowOfPositive) => _inPairs ? (rowOfPositive & 1) == 0 : rowOfPositive == 0;

    /// <summary>Writes the item ids of all rows, <see cref="RowsPerPositive"/> for every example.</summary>
    public void Draw(int epoch, ReadOnlySpan<int> examples, Span<int> items)
    {
        ulong epochKey = KeyHash.Mix(_seed ^ (ulong)epoch);
        int rows = RowsPerPositive;
        for (int i = 0; i < examples.Length; i++)
        {
            int example = examples[i], user = _users.Codes[example], positive = _positives[example];
            ulong key = KeyHash.Mix(epochKey + (ulong)example);
            Span<int> target = items.Slice(i * rows, rows);
            target[0] = positive;
            for (int k = 0; k < _negatives; k++)
            {
                int item = DrawOne(user, key + ((ulong)k * Tries));
                if (_inPairs)
                {
                    target[2 * k] = positive;
                    target[(2 * k) + 1] = item;
                }
                else
                {
                    target[1 + k] = item;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int DrawOne(int user, ulong counter)
    {
        int item = 0;
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            ulong bits = KeyHash.Mix(counter + (ulong)attempt);
            item = _popularity is null ? (int)Math.BigMul(bits, (ulong)_items, out _) : _popularity.Draw(bits);
            if (!_met.Contains(user, item))
            {
                return item;
            }
        }

        return FirstAfter(user, item);
    }

    // For a user who has met nearly everything: the next item in the order of ids that may be drawn at all.
    private int FirstAfter(int user, int item)
    {
        do
        {
            item = item + 1 == _items ? 0 : item + 1;
        }
        while (_met.Contains(user, item) || (_popularity is not null && !_popularity.IsDrawn(item)));
        return item;
    }
}
