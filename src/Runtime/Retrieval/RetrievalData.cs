using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The pairs of a data set as a matrix of users and items, with the vocabulary of the items.</summary>
/// <param name="Matrix">Histories of the users that have a known item, in id order.</param>
/// <param name="Items">Vocabulary of the items.</param>
internal sealed record RetrievalData(InteractionMatrix Matrix, Vocabulary Items)
{
    /// <summary>Numbers users and items of a training split. Pairs with a value left out of a vocabulary are left out.</summary>
    /// <exception cref="VocabularyException">A feature has no known value, or values that are not allowed.</exception>
    /// <exception cref="DataSetException">No pair is left.</exception>
    public static RetrievalData From(ModelSchema schema, DataSet data)
    {
        int user = Find(schema, FeatureRole.User), item = Find(schema, FeatureRole.Item);
        Vocabulary users = Vocabulary.Build(schema.Categoricals[user], data.Categoricals[user]);
        Vocabulary items = Vocabulary.Build(schema.Categoricals[item], data.Categoricals[item]);
        (int[] userIds, int[] itemIds) = Pairs(data, (user, users), (item, items));
        InteractionMatrix all = InteractionMatrix.From(users.Count, items.Count, userIds, itemIds);
        List<int> active = [];
        for (int u = 0; u < all.Users; u++)
        {
            if (!all.History(u).IsEmpty)
            {
                active.Add(u);
            }
        }

        return active.Count > 0
            ? new RetrievalData(all.SelectUsers([.. active]), items)
            : throw new DataSetException($"{data.Source}: no user has an item of the vocabulary. Lower MinCount of '{schema.Categoricals[item].Name}'.");
    }

    /// <summary>Index of the feature of a role.</summary>
    public static int Find(ModelSchema schema, FeatureRole role)
    {
        for (int f = 0; f < schema.Categoricals.Length; f++)
        {
            if (schema.Categoricals[f].Role == role)
            {
                return f;
            }
        }

        throw new InvalidOperationException($"Model {schema.Name} has no feature of role {role}.");
    }

    private static (int[] Users, int[] Items) Pairs(DataSet data, (int Feature, Vocabulary Ids) user, (int Feature, Vocabulary Ids) item)
    {
        KeyColumn userColumn = data.Categoricals[user.Feature], itemColumn = data.Categoricals[item.Feature];
        int[] userMap = user.Ids.Map(userColumn), itemMap = item.Ids.Map(itemColumn);
        List<int> users = new(data.Count), items = new(data.Count);
        for (int i = 0; i < data.Count; i++)
        {
            int u = userMap[userColumn.Codes[i]], v = itemMap[itemColumn.Codes[i]];
            if (u >= 0 && v >= 0)
            {
                users.Add(u);
                items.Add(v);
            }
        }

        return ([.. users], [.. items]);
    }
}
