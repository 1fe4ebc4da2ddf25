using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The ratings of every id of one side, in the order of the data: the ids of the other side and the labels.</summary>
/// <param name="Starts">Ratings of id i are [Starts[i], Starts[i + 1]).</param>
/// <param name="Others">Id of the other side of every rating.</param>
/// <param name="Labels">Label of every rating.</param>
internal sealed record RatingLists(int[] Starts, int[] Others, float[] Labels)
{
    /// <summary>Number of ids.</summary>
    public int Ids => Starts.Length - 1;

    /// <summary>Ratings of an id.</summary>
    public int Count(int id) => Starts[id + 1] - Starts[id];

    /// <summary>Groups the examples of a data set by either side; examples with a dropped id are left out.</summary>
    /// <param name="data">The ratings.</param>
    /// <param name="state">Vocabularies of the model.</param>
    /// <param name="user">Index of the users' feature.</param>
    /// <param name="item">Index of the items' feature.</param>
    public static (RatingLists Users, RatingLists Items) Create(DataSet data, ModelState state, int user, int item)
    {
        (int[] users, int[] items) = (IdsOf(data, state, user), IdsOf(data, state, item));
        return (Group(users, items, data.Labels, state.Vocabularies[user].Rows), Group(items, users, data.Labels, state.Vocabularies[item].Rows));
    }

    private static int[] IdsOf(DataSet data, ModelState state, int feature)
    {
        int[] map = state.Vocabularies[feature].Map(data.Categoricals[feature]);
        return Array.ConvertAll(data.Categoricals[feature].Codes, code => map[code]);
    }

    private static RatingLists Group(int[] own, int[] other, float[] labels, long rows)
    {
        int[] starts = new int[checked((int)rows) + 1];
        for (int i = 0; i < own.Length; i++)
        {
            if (own[i] >= 0 && other[i] >= 0)
            {
                starts[own[i] + 1]++;
            }
        }

        for (int id = 0; id < rows; id++)
        {
            starts[id + 1] += starts[id];
        }

        int[] next = starts.AsSpan(0, (int)rows).ToArray();
        int[] others = new int[starts[rows]];
        float[] grouped = new float[others.Length];
        for (int i = 0; i < own.Length; i++)
        {
            if (own[i] >= 0 && other[i] >= 0)
            {
                int at = next[own[i]]++;
                (others[at], grouped[at]) = (other[i], labels[i]);
            }
        }

        return new RatingLists(starts, others, grouped);
    }
}
