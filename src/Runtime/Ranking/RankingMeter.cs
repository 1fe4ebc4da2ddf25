using System;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelGen;

/// <summary>
/// Measures lists from scores. Nothing is sorted: the place of a held-out item is found by counting the candidates with larger and with
/// equal scores. Sums run over the users in the order in which they are added.
/// </summary>
internal sealed class RankingMeter
{
    private readonly ImmutableArray<int> _cutoffs;
    private readonly Sums[] _sums;

    /// <summary>Starts with no users.</summary>
    /// <param name="cutoffs">Lengths of the lists, each at least 1.</param>
    public RankingMeter(ImmutableArray<int> cutoffs)
    {
        _cutoffs = cutoffs;
        _sums = new Sums[cutoffs.Length];
    }

    /// <summary>Users so far.</summary>
    public int Users { get; private set; }

    /// <summary>Held-out items so far.</summary>
    public long HeldOut { get; private set; }

    /// <summary>Measures the list of one user.</summary>
    /// <param name="scores">Scores of all items; those of the items that are no candidates are overwritten.</param>
    /// <param name="targets">The held-out items: at least one, distinct, all candidates.</param>
    /// <param name="excluded">Items that are no candidates, such as the history of the user, in any order.</param>
    /// <exception cref="ArithmeticException">A score is not a finite number.</exception>
    public void Add(Span<float> scores, ReadOnlySpan<int> targets, ReadOnlySpan<int> excluded)
    {
        CheckFinite(scores);
        foreach (int item in excluded)
        {
            scores[item] = float.NegativeInfinity;
        }

        Span<double> places = targets.Length <= 256 ? stackalloc double[targets.Length] : new double[targets.Length];
        for (int t = 0; t < targets.Length; t++)
        {
            places[t] = Place(scores, scores[targets[t]]);
        }

        Add(places);
    }

    /// <summary>Measures the list of one user.</summary>
    /// <param name="places">The places of the held-out items: the numbers of candidates with a larger score and half of the others with an equal one.</param>
    public void Add(ReadOnlySpan<double> places)
    {
        foreach (ref Sums sum in _sums.AsSpan())
        {
            (sum.Hits, sum.Gain) = (0, 0);
        }

        foreach (double place in places)
        {
            double gain = 1 / Math.Log2(place + 2);
            for (int c = 0; c < _sums.Length; c++)
            {
                if (place < _cutoffs[c])
                {
                    _sums[c].Hits++;
                    _sums[c].Gain += gain;
                }
            }
        }

        for (int c = 0; c < _sums.Length; c++)
        {
            int most = int.Min(_cutoffs[c], places.Length);
            _sums[c].HitRate += _sums[c].Hits > 0 ? 1 : 0;
            _sums[c].Ndcg += _sums[c].Gain / IdealGain(most);
            _sums[c].Recall += _sums[c].Hits / (double)most;
        }

        Users++;
        HeldOut += places.Length;
    }

    /// <summary>Adds the users of another meter of the same lists.</summary>
    public void Add(RankingMeter other)
    {
        for (int c = 0; c < _sums.Length; c++)
        {
            _sums[c].HitRate += other._sums[c].HitRate;
            _sums[c].Ndcg += other._sums[c].Ndcg;
            _sums[c].Recall += other._sums[c].Recall;
        }

        Users += other.Users;
        HeldOut += other.HeldOut;
    }

    /// <summary>Means over the users; NaN without any.</summary>
    public ImmutableArray<RankingAt> Means()
    {
        ImmutableArray<RankingAt>.Builder means = ImmutableArray.CreateBuilder<RankingAt>(_sums.Length);
        for (int c = 0; c < _sums.Length; c++)
        {
            means.Add(new RankingAt(_cutoffs[c], _sums[c].HitRate / Users, _sums[c].Ndcg / Users, _sums[c].Recall / Users));
        }

        return means.MoveToImmutable();
    }

    /// <summary>The number of scores above a target's, and half of the others that equal it.</summary>
    internal static double Place(ReadOnlySpan<float> scores, float target)
    {
        // Lanes of the counters go down by one for every hit.
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        Vector<float> wanted = new(target);
        Vector<int> larger = Vector<int>.Zero, equal = Vector<int>.Zero;
        foreach (Vector<float> vector in vectors)
        {
            larger += Vector.GreaterThan(vector, wanted);
            equal += Vector.Equals(vector, wanted);
        }

        int above = -Vector.Sum(larger), same = -Vector.Sum(equal);
        foreach (float score in scores[(vectors.Length * Vector<float>.Count)..])
        {
            above += score > target ? 1 : 0;
            same += score == target ? 1 : 0;
        }

        return above + ((same - 1) / 2.0);
    }

    private static double IdealGain(int count)
    {
        double gain = 0;
        for (int place = 0; place < count; place++)
        {
            gain += 1 / Math.Log2(place + 2.0);
        }

        return gain;
    }

    /// <summary>The error of scores that cannot be ranked.</summary>
    public static ArithmeticException NotFinite() =>
        new("A score is not a finite number, so the items cannot be ranked. The parameters have diverged, or the data hold extreme numeric values.");

    private static void CheckFinite(ReadOnlySpan<float> scores)
    {
        // x - x is zero for a finite x and not a number otherwise.
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        Vector<float> sum = Vector<float>.Zero;
        foreach (Vector<float> vector in vectors)
        {
            sum += vector - vector;
        }

        float total = Vector.Sum(sum);
        foreach (float score in scores[(vectors.Length * Vector<float>.Count)..])
        {
            total += score - score;
        }

        if (total != 0)
        {
            throw NotFinite();
        }
    }

    private struct Sums
    {
        public int Hits;
        public double Gain;
        public double HitRate;
        public double Ndcg;
        public double Recall;
    }
}
