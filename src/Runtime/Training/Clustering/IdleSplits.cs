using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen;

/// <summary>
/// Ends the splits of a table when the last three together did not lower the validation loss by more than its noise: the mean of the
/// differences of the losses, example by example, is at most their standard error.
/// </summary>
/// <param name="losses">Loss of every validation example with the parameters as they are.</param>
internal sealed class IdleSplits(Func<double[]> losses)
{
    private const int Splits = 3;

    private readonly Dictionary<int, Queue<double[]>> _before = [];
    private readonly HashSet<int> _reached = [];

    /// <summary>Asked before every split of a table; once true, it stays so.</summary>
    public bool IsReached(int table)
    {
        if (_reached.Contains(table))
        {
            return true;
        }

        double[] now = losses();
        if (!_before.TryGetValue(table, out Queue<double[]>? before))
        {
            _before[table] = before = [];
        }

        before.Enqueue(now);
        if (before.Count <= Splits)
        {
            return false;
        }

        double[] gains = [.. before.Dequeue().Zip(now, (then, later) => then - later)];
        double mean = gains.Average();
        double variance = gains.Sum(g => (g - mean) * (g - mean)) / Math.Max(1, gains.Length - 1);
        if (mean > Math.Sqrt(variance / gains.Length))
        {
            return false;
        }

        _reached.Add(table);
        return true;
    }
}
