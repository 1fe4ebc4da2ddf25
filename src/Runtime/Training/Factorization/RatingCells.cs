using System;
using System.Runtime.CompilerServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// The ratings between the rows of two sides: for every row of one side the rows of the other it meets, ascending, with the number of
/// ratings and their mean. The squared error of a factorisation depends on the ratings through these alone, up to a constant. With
/// clusters there are far fewer cells than ratings.
/// </summary>
internal sealed class RatingCells
{
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

    /// <summary>Number of cells; the arrays may have room for more.</summary>
    public int Count => Starts[^1];

    /// <summary>Row of the other side of every cell.</summary>
    public int[] Rows { get; }

    /// <summary>Number of ratings of every cell.</summary>
    public float[] Weights { get; }

    /// <summary>Mean rating of every cell.</summary>
    public float[] Targets { get; }

    /// <summary>Sum of the squared differences of the ratings from the means of their cells: the error that no choice of rows removes.</summary>
    public double Spread { get; private set; }

    /// <summary>Takes the ratings of one side together by rows.</summary>
    /// <param name="lists">Ratings of the ids of this side.</param>
    /// <param name="own">Row of every id of this side.</param>
    /// <param name="ownRows">Rows of this side.</param>
    /// <param name="other">Row of every id of the other side.</param>
    /// <param name="otherRows">Rows of the other side.</param>
    /// <param name="team">Threads that share the work.</param>
    /// <param name="room">Cells that are no longer needed and whose arrays are taken over; null at the first time.</param>
    public static RatingCells Create(RatingLists lists, int[] own, int ownRows, int[] other, int otherRows, WorkerTeam team, RatingCells? room = null)
    {
        Gathering work = new(lists, own, ownRows, other, otherRows);
        team.Run(work.Blocks, work.Counting);
        for (int row = 0; row < ownRows; row++)
        {
            work.Starts[row + 1] += work.Starts[row];
        }

        RatingCells result = work.Into = In(room, work.Starts, 0);
        team.Run(work.Blocks, work.Filling);
        foreach (double spread in work.Spreads)
        {
            result.Spread += spread;
        }

        return result;
    }

    /// <summary>The same cells by the rows of the other side, where they keep the order of this side's rows.</summary>
    /// <param name="otherRows">Rows of the other side.</param>
    /// <param name="team">Threads that share the work.</param>
    /// <param name="room">Cells that are no longer needed and whose arrays are taken over; null at the first time.</param>
    public RatingCells Transpose(int otherRows, WorkerTeam team, RatingCells? room = null)
    {
        // Blocks of rows count their cells per row of the other side, and then know where each of them goes.
        int blocks = Math.Clamp(Count / Math.Max(otherRows, 4096), 1, 16);
        int[][] next = new int[blocks][];
        int[] starts = new int[otherRows + 1];
        int First(int block) => (int)((Starts.Length - 1L) * block / blocks);
        team.Run(blocks, new Work(block => next[block] = CountOthers(First(block), First(block + 1), otherRows)));
        for (int row = 0, at = 0; row < otherRows; row++)
        {
            foreach (int[] counts in next)
            {
                (counts[row], at) = (at, at + counts[row]);
            }

            starts[row + 1] = at;
        }

        RatingCells result = In(room, starts, Spread);
        team.Run(blocks, new Work(block => Scatter(First(block), First(block + 1), next[block], result)));
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int[] CountOthers(int first, int end, int otherRows)
    {
        int[] counts = new int[otherRows];
        foreach (int row in Rows.AsSpan(Starts[first], Starts[end] - Starts[first]))
        {
            counts[row]++;
        }

        return counts;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scatter(int first, int end, int[] next, RatingCells into)
    {
        (int[] rows, float[] weights, float[] targets) = (into.Rows, into.Weights, into.Targets);
        for (int row = first; row < end; row++)
        {
            for (int cell = Starts[row]; cell < Starts[row + 1]; cell++)
            {
                int at = next[Rows[cell]]++;
                (rows[at], weights[at], targets[at]) = (row, Weights[cell], Targets[cell]);
            }
        }
    }

    private static RatingCells In(RatingCells? room, int[] starts, double spread)
    {
        (int[] rows, float[] weights, float[] targets) = room is null ? ([], [], []) : (room.Rows, room.Weights, room.Targets);
        Room.For(ref rows, starts[^1]);
        Room.For(ref weights, starts[^1]);
        Room.For(ref targets, starts[^1]);
        return new RatingCells(starts, rows, weights, targets, spread);
    }

    // What one block of rows needs, kept by the thread for the next one.
    private sealed class Scratch
    {
        public readonly DistinctIds Met = new();
        public int[] Found = [];
        public float[] Counts = [];
        public double[] Sums = [];
        public double[] Squares = [];

        public void Reserve(int rows)
        {
            Met.Reserve(rows);
            Room.For(ref Found, rows);
            Room.For(ref Counts, rows);
            Room.For(ref Sums, rows);
            Room.For(ref Squares, rows);
        }
    }

    // Two passes over the ratings, so that every cell is written once and in its place: cells per row, then the cells.
    private sealed class Gathering
    {
        private const int MostBlocks = 64;

        [ThreadStatic]
        private static Scratch? t_scratch;

        private readonly RatingLists _lists;
        private readonly int[] _other;
        private readonly int _ownRows;
        private readonly int _otherRows;
        private readonly int[] _members;
        private readonly int[] _memberStarts;

        public Gathering(RatingLists lists, int[] own, int ownRows, int[] other, int otherRows)
        {
            (_lists, _other, _ownRows, _otherRows) = (lists, other, ownRows, otherRows);
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

            Blocks = Math.Min(MostBlocks, ownRows);
            Spreads = new double[Blocks];
            Starts = new int[ownRows + 1];
            (Counting, Filling) = (new Work(Count), new Work(Fill));
        }

        public int Blocks { get; }

        /// <summary>First cells of the rows; before they are summed up, the cells of row r are at r + 1.</summary>
        public int[] Starts { get; }

        public double[] Spreads { get; }

        public RatingCells Into { get; set; } = null!;

        public Work Counting { get; }

        public Work Filling { get; }

        private int FirstRow(int block) => (int)((long)_ownRows * block / Blocks);

        private Scratch Prepare()
        {
            Scratch scratch = t_scratch ??= new Scratch();
            scratch.Reserve(_otherRows);
            return scratch;
        }

        // Both once per split: optimised from the first call, or a short run would only ever see the slow form.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Count(int block)
        {
            Scratch scratch = Prepare();
            DistinctIds met = scratch.Met;
            int[] other = _other, others = _lists.Others;
            for (int row = FirstRow(block), end = FirstRow(block + 1); row < end; row++)
            {
                for (int member = _memberStarts[row]; member < _memberStarts[row + 1]; member++)
                {
                    int id = _members[member];
                    for (int i = _lists.Starts[id]; i < _lists.Starts[id + 1]; i++)
                    {
                        met.Add(other[others[i]]);
                    }
                }

                int count = met.Number(scratch.Found);
                met.Clear(scratch.Found.AsSpan(0, count));
                Starts[row + 1] = count;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Fill(int block)
        {
            Scratch scratch = Prepare();
            (float[] counts, double[] sums, double[] squares) = (scratch.Counts, scratch.Sums, scratch.Squares);
            int[] other = _other, others = _lists.Others;
            float[] labels = _lists.Labels;
            RatingCells into = Into;
            double spread = 0;
            for (int row = FirstRow(block), end = FirstRow(block + 1); row < end; row++)
            {
                for (int member = _memberStarts[row]; member < _memberStarts[row + 1]; member++)
                {
                    int id = _members[member];
                    for (int i = _lists.Starts[id]; i < _lists.Starts[id + 1]; i++)
                    {
                        int met = other[others[i]];
                        scratch.Met.Add(met);
                        double label = labels[i];
                        counts[met]++;
                        sums[met] += label;
                        squares[met] += label * label;
                    }
                }

                int cell = Starts[row];
                Span<int> found = into.Rows.AsSpan(cell, Starts[row + 1] - cell);
                scratch.Met.Number(found);
                scratch.Met.Clear(found);
                foreach (int met in found)
                {
                    double mean = sums[met] / counts[met];
                    into.Weights[cell] = counts[met];
                    into.Targets[cell++] = (float)mean;
                    spread += squares[met] - (sums[met] * mean);
                    (counts[met], sums[met], squares[met]) = (0, 0, 0);
                }
            }

            Spreads[block] = spread;
        }
    }

    private sealed class Work(Action<int> action) : ITeamWork
    {
        public void Execute(int item) => action(item);
    }
}
