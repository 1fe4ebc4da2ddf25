using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// In which steps the clusters of a feature are split and its ids reassigned. Features with clusters take turns: the intervals of feature k
/// of n begin k / n of an interval later, the item's first, so that one side is moved while the other rests.
/// </summary>
internal sealed class ClusterCalendar
{
    private readonly ClusterSchema _schema;
    private readonly long _splitOffset;
    private readonly long _reassignOffset;

    /// <summary>The calendar of feature number <paramref name="turn"/> of <paramref name="turns"/> features with clusters.</summary>
    public ClusterCalendar(ClusterSchema schema, int turn, int turns)
    {
        _schema = schema;
        _splitOffset = (long)schema.SplitEvery * turn / turns;
        _reassignOffset = (long)schema.ReassignEvery * turn / turns;
    }

    /// <summary>The turn of every feature with clusters, by feature: the item first, then in declaration order; -1 without clusters.</summary>
    public static int[] Turns(ModelSchema schema)
    {
        int[] turns = new int[schema.Categoricals.Length];
        int next = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            for (int f = 0; f < turns.Length; f++)
            {
                CategoricalFeature feature = schema.Categoricals[f];
                if (feature.Clusters is null)
                {
                    turns[f] = -1;
                }
                else if ((feature.Role == FeatureRole.Item) == (pass == 0))
                {
                    turns[f] = next++;
                }
            }
        }

        return turns;
    }

    /// <summary>Whether a cluster is split before a step, 0 being the first.</summary>
    public bool SplitsBefore(long step) => step % _schema.SplitEvery == _splitOffset;

    /// <summary>Whether ids are reassigned after a step, 0 being the first.</summary>
    public bool ReassignsAfter(long step)
    {
        long done = step + 1;
        if (_schema.Reassign == Reassignment.Never || done % _schema.ReassignEvery != _reassignOffset)
        {
            return false;
        }

        long number = (done + _schema.ReassignEvery - 1) / _schema.ReassignEvery;
        return _schema.Reassign == Reassignment.Every || IsOneOrPrime(number);
    }

    private static bool IsOneOrPrime(long number)
    {
        for (long divisor = 2; divisor * divisor <= number; divisor++)
        {
            if (number % divisor == 0)
            {
                return false;
            }
        }

        return number >= 1;
    }
}
