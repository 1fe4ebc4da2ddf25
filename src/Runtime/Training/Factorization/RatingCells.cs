using System;
using System.Collections.Generic;

namespace ModelGen;

/// <summary>
/// The ratings between the rows of two sides: for every row of one side the rows of the other it meets, ascending, with the number of
/// ratings and their mean. The squared error of a factorisation depends on the ratings through these alone, up to a constant. With
/// clusters there are far fewer cells than ratings.
/// </summary>
internal sealed class RatingCells
{
    private const int Blocks = 64;

    private RatingCells(int[] starts, int[] rows, float[] weights, float[] targets, double spread)
    {
        Starts = starts;
        Rows = rows;
        Weights = weights;
        Targets = targets;
        Spread = spread;
    }

    /// <summary>Cells of row r are [Starts[r], Starts[r + 1]).</summary>
    public int[] Starts { get; }

    /// <summary>Row of the other side of every cell.</summary>
    public int[] Rows { get; }

    /// <summary>Number of ratings of every cell.</summary>
    public float[] Weights { get; }

    /// <summary>Mean rating of every cell.</summary>
    public float[] Targets { get; }

    /// <summary>Sum of the squared differences of the ratings from the means of their cells: the error that no choice of rows removes.</summary>
    public double Spread { get; }

    /// <summary>Takes the ratings of one side together by rows.</summary>
    /// <param name="lists">Ratings of the ids of this side.</param>
    /// <param name="own">Row of every id of this side.</param>
    /// <param name="ownRows">Rows of this side.</param>
    /// <param name="other">Row of every id of the other side.</param>
    /// <param name="otherRows">Rows of the other side.</param>
    /// <param name="team">Threads that share the work.</param>
    public static RatingCells Create(RatingLists lists, int[] own, int ownRows, int[] other, int otherRows, WorkerTeam team)
    {
        Gathering work = new(lists, own, ownRows, other, otherRows);
        team.Run(work.Count, work);
        int[] starts = new int[ownRows + 1];
        int cells = 0;
        double spread = 0;
        foreach (Block block in work.Done)
        {
            foreach (int end in block.Ends)
            {
                starts[++block.Row] = cells + end;
            }

            cells += block.Rows.Count;
            spread += block.Spread;
        }

        RatingCells result = new(starts, new int[cells], new float[cells], new float[cells], spread);
        int at = 0;
        foreach (Block block in work.Done)
        {
            block.Rows.CopyTo(result.Rows, at);
            block.Weights.CopyTo(result.Weights, at);
            block.Targets.CopyTo(result.Targets, at);
            at += block.Rows.Count;
        }

        return result;
    }

    /// <summary>The same cells by the rows of the other side.</summary>
    public RatingCells Transpose(int otherRows)
    {
        int[] starts = new int[otherRows + 1];
        foreach (int row in Rows)
        {
            starts[row + 1]++;
        }

        for (int row = 0; row < otherRows; row++)
        {
            starts[row + 1] += starts[row];
        }

        int[] next = starts.AsSpan(0, otherRows).ToArray();
        RatingCells result = new(starts, new int[Rows.Length], new float[Rows.Length], new float[Rows.Length], Spread);
        for (int row = 0; row + 1 < Starts.Length; row++)
        {
            for (int cell = Starts[row]; cell < Starts[row + 1]; cell++)
            {
                int at = next[Rows[cell]]++;
                (result.Rows[at], result.Weights[at], result.Targets[at]) = (row, Weights[cell], Targets[cell]);
            }
        }

        return result;
    }

    // What one block of rows found: the cells of its rows, one row after another.
    private sealed class Block
    {
        public int Row;
        public readonly List<int> Ends = [];
        public readonly List<int> Rows = [];
        public readonly List<float> Weights = [];
        public readonly List<float> Targets = [];
        public double Spread;
    }

    private sealed class Gathering : ITeamWork
    {
        private readonly RatingLists _lists;
        private readonly int[] _other;
        private readonly int _otherRows;
        private readonly int[] _members;
        private readonly int[] _memberStarts;

        public Gathering(RatingLists lists, int[] own, int ownRows, int[] other, int otherRows)
        {
            (_lists, _other, _otherRows) = (lists, other, otherRows);
            _memberStarts = new int[ownRows + 1];
            foreach (int row in own)
            {
                _memberStarts[row + 1]++;
            }

            for (int row = 0; row < ownRows; row++)
            {
                _memberStarts[row + 1] += _memberStarts[row];
            }

            int[] next = _memberStarts.AsSpan(0, ownRows).ToArray();
            _members = new int[own.Length];
            for (int id = 0; id < own.Length; id++)
            {
                _members[next[own[id]]++] = id;
            }

            Count = Math.Min(Blocks, ownRows);
            Done = new Block[Count];
        }

        public int Count { get; }

        public Block[] Done { get; }

        public void Execute(int item)
        {
            int rows = _memberStarts.Length - 1;
            int first = (int)((long)rows * item / Count), end = (int)((long)rows * (item + 1) / Count);
            Block block = Done[item] = new Block { Row = first };
            float[] counts = new float[_otherRows];
            double[] sums = new double[_otherRows];
            double[] squares = new double[_otherRows];
            List<int> touched = [];
            for (int row = first; row < end; row++)
            {
                foreach (int id in _members.AsSpan(_memberStarts[row].._memberStarts[row + 1]))
                {
                    for (int i = _lists.Starts[id]; i < _lists.Starts[id + 1]; i++)
                    {
                        int met = _other[_lists.Others[i]];
                        if (counts[met]++ == 0)
                        {
                            touched.Add(met);
                        }

                        double label = _lists.Labels[i];
                        sums[met] += label;
                        squares[met] += label * label;
                    }
                }

                touched.Sort();
                foreach (int met in touched)
                {
                    double mean = sums[met] / counts[met];
                    block.Rows.Add(met);
                    block.Weights.Add(counts[met]);
                    block.Targets.Add((float)mean);
                    block.Spread += squares[met] - (sums[met] * mean);
                    (counts[met], sums[met], squares[met]) = (0, 0, 0);
                }

                touched.Clear();
                block.Ends.Add(block.Rows.Count);
            }
        }
    }
}
