using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>A query for a list: its inputs as a data set of one example, and the ids that the list may not hold.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class RecommendationQuery<TModel>
    where TModel : class, IEmbeddingModel<TModel>
{
    private const string Purpose = "A recommendation";

    private RecommendationQuery(DataSet<TModel> example, int[] excluded, int count)
    {
        Example = example;
        Excluded = excluded;
        Count = count;
    }

    /// <summary>The inputs; the item among them stands for any.</summary>
    public DataSet<TModel> Example { get; }

    /// <summary>Ids that are left out, distinct.</summary>
    public int[] Excluded { get; }

    /// <summary>Items wanted, at most as many as are left.</summary>
    public int Count { get; }

    /// <summary>The query of an example.</summary>
    /// <param name="example">Its inputs other than the item count.</param>
    /// <param name="count">Items wanted.</param>
    /// <param name="history">Pairs known before; those of the example's user are excluded. Null for none.</param>
    /// <param name="vocabularies">One per categorical input.</param>
    public static RecommendationQuery<TModel> Of(TModel example, int count, DataSet<TModel>? history, ImmutableArray<Vocabulary> vocabularies)
    {
        ArgumentNullException.ThrowIfNull(example);
        DataSetBuilder builder = new(TModel.Schema, "query");
        TModel.Append(example, builder);
        return Of(DataSet<TModel>.FromBuilder(builder), count, history, vocabularies);
    }

    /// <summary>The query of a user, for a model without other inputs.</summary>
    public static RecommendationQuery<TModel> Of(string? text, long number, int count, DataSet<TModel>? history, ImmutableArray<Vocabulary> vocabularies)
    {
        ModelSchema schema = TModel.Schema;
        int user = schema.Require(FeatureRole.User, Purpose), item = schema.Require(FeatureRole.Item, Purpose);
        if (schema.Categoricals.Length > 2 || schema.Numerics.Length > 0)
        {
            throw new InvalidOperationException($"{schema.Name} has inputs beside its user and its item; ask with an example that holds them.");
        }

        if ((text is null) != (schema.Categoricals[user].KeyKind == KeyKind.Integer))
        {
            throw new ArgumentException(
                $"{schema.Categoricals[user].Name} has {(text is null ? "text" : "integer")} keys; ask with {(text is null ? "a string" : "a number")}.", nameof(text));
        }

        DataSetBuilder builder = new(schema, "query");
        if (!schema.IsImplicit)
        {
            builder.AddLabel(0);
        }

        if (schema.Timestamp is not null)
        {
            builder.AddAnyTimestamp();
        }

        for (int f = 0; f < 2; f++)
        {
            if (schema.Categoricals[f].KeyKind == KeyKind.Text)
            {
                builder.AddKey(f, f == user ? text : "");
            }
            else
            {
                builder.AddKey(f, f == user ? number : 0);
            }
        }

        builder.EndExample();
        return Of(DataSet<TModel>.FromBuilder(builder), count, history, vocabularies);
    }

    /// <summary>The list of ids with the served or raw scores.</summary>
    public static ImmutableArray<Recommendation> List(Vocabulary items, ReadOnlySpan<int> ids, ReadOnlySpan<float> scores)
    {
        ImmutableArray<Recommendation>.Builder list = ImmutableArray.CreateBuilder<Recommendation>(ids.Length);
        for (int i = 0; i < ids.Length; i++)
        {
            int id = ids[i];
            list.Add(new Recommendation(id, items.KeyText(id), scores[i]));
        }

        return list.MoveToImmutable();
    }

    /// <summary>The query of a data set of one example.</summary>
    public static RecommendationQuery<TModel> Of(DataSet<TModel> example, int count, DataSet<TModel>? history, ImmutableArray<Vocabulary> vocabularies)
    {
        int user = TModel.Schema.Require(FeatureRole.User, Purpose), item = TModel.Schema.Require(FeatureRole.Item, Purpose);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        HashSet<int> excluded = [];
        if (history is not null)
        {
            KeyColumn own = example.Categoricals[user], users = history.Categoricals[user], items = history.Categoricals[item];
            int code = own.Kind == KeyKind.Text ? Array.IndexOf(users.TextKeys, own.TextKeys[0]) : Array.IndexOf(users.IntegerKeys, own.IntegerKeys[0]);
            int[] ids = vocabularies[item].MapKnown(items);
            for (int row = 0; row < history.Count; row++)
            {
                if (users.Codes[row] == code && ids[items.Codes[row]] >= 0)
                {
                    excluded.Add(ids[items.Codes[row]]);
                }
            }
        }

        return new RecommendationQuery<TModel>(example, [.. excluded], int.Min(count, vocabularies[item].Count - excluded.Count));
    }
}
