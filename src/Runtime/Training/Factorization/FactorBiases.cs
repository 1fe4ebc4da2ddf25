using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// What the vectors of one side have to explain: the labels, less the mean label and the biases of either side where the model has them, which
/// stay with the ids when the vectors are shared. Also takes the steps of the side's biases.
/// </summary>
internal sealed class FactorBiases
{
    private const int IdsPerBlock = 256;

    private readonly FactorSide _side;
    private readonly ModelState _state;
    private readonly int _table;
    private readonly IFactorization _kernels;
    private readonly float[] _gradients;
    private readonly int[] _ids;
    private readonly int[] _cellOf;
    private float[] _products = [];

    /// <summary>Prepares the biases of a side.</summary>
    /// <param name="side">The side.</param>
    /// <param name="state">The model.</param>
    /// <param name="table">Index of the table of biases.</param>
    /// <param name="kernels">The model's generated kernels, which know its penalties.</param>
    public FactorBiases(FactorSide side, ModelState state, int table, IFactorization kernels)
    {
        (_side, _state, _table, _kernels) = (side, state, table, kernels);
        Targets = new float[side.Lists.Labels.Length];
        _cellOf = new int[side.Lists.Labels.Length];
        _gradients = new float[side.Lists.Ids];
        _ids = [.. Enumerable.Range(0, side.Lists.Ids)];
    }

    /// <summary>Label less mean and biases of every rating, in the order of the side's lists.</summary>
    public float[] Targets { get; }

    /// <summary>Biases of the ids with their optimiser state.</summary>
    public Table Table => _state.Tables[_table];

    /// <summary>Biases of the ids.</summary>
    public NativeFloats Values => Table.Values;

    /// <summary>Cell of every rating, in the order of the side's lists.</summary>
    public ReadOnlySpan<int> CellOf => _cellOf;

    /// <summary>The mean label of the model.</summary>
    public float MeanLabel => Mean(_state);

    /// <summary>Blocks of ids.</summary>
    public int Blocks => (_ids.Length + IdsPerBlock - 1) / IdsPerBlock;

    /// <summary>The mean label of a model, or 0 when its score has none.</summary>
    public static float Mean(ModelState state) =>
        state.Schema.Dense.FirstOrDefault(d => d.Initialization == Initialization.LabelMean) is { } mean ? state.Dense.At(mean.Offset) : 0;

    /// <summary>The products of the cells of a piece of work go here.</summary>
    public ref float Products(int firstCell) => ref _products[firstCell];

    /// <summary>Finds the cell of every rating after the ratings were taken together anew.</summary>
    public void Regroup(WorkerTeam team, int[] otherRows)
    {
        RatingCells cells = _side.Cells;
        Room.For(ref _products, cells.Count + 1);
        int[] rowOf = _side.RowOf;
        team.Run(Blocks, new Work(block => Each(block, id =>
        {
            (int first, int end) = (cells.Starts[rowOf[id]], cells.Starts[rowOf[id] + 1]);
            for (int k = _side.Lists.Starts[id]; k < _side.Lists.Starts[id + 1]; k++)
            {
                _cellOf[k] = Array.BinarySearch(cells.Rows, first, end - first, otherRows[_side.Lists.Others[k]]);
            }
        })));
    }

    /// <summary>The ratings of every cell, in the order of the side's lists: those of cell c are [Starts[c], Starts[c + 1]).</summary>
    public (int[] Starts, int[] Ratings) RatingsOfCells()
    {
        int[] starts = new int[_side.Cells.Count + 1], ratings = new int[_cellOf.Length];
        foreach (int cell in _cellOf)
        {
            starts[cell + 1]++;
        }

        for (int cell = 0; cell + 1 < starts.Length; cell++)
        {
            starts[cell + 1] += starts[cell];
        }

        int[] next = starts[..^1];
        for (int k = 0; k < _cellOf.Length; k++)
        {
            ratings[next[_cellOf[k]]++] = k;
        }

        return (starts, ratings);
    }

    /// <summary>Computes what the ratings of a block of ids leave to the vectors.</summary>
    public void Refresh(int block, FactorBiases other)
    {
        float mean = Mean(_state);
        Each(block, id =>
        {
            float own = mean + Values.At(id);
            for (int k = _side.Lists.Starts[id]; k < _side.Lists.Starts[id + 1]; k++)
            {
                Targets[k] = _side.Lists.Labels[k] - own - other.Values.At(_side.Lists.Others[k]);
            }
        });
    }

    /// <summary>Sets the targets of the cells to the means of their ratings; returns the error that no choice of rows removes.</summary>
    public double Average()
    {
        RatingCells cells = _side.Cells;
        double[] sums = new double[cells.Count];
        double spread = 0;
        for (int k = 0; k < Targets.Length; k++)
        {
            sums[_cellOf[k]] += Targets[k];
            spread += (double)Targets[k] * Targets[k];
        }

        for (int cell = 0; cell < sums.Length; cell++)
        {
            cells.Targets[cell] = (float)(sums[cell] / cells.Weights[cell]);
            spread -= sums[cell] * sums[cell] / cells.Weights[cell];
        }

        return spread;
    }

    /// <summary>Takes the step of the biases of a block of ids, by the products of the rows before the step.</summary>
    public void Update(int block, StepContext step)
    {
        Each(block, id =>
        {
            double sum = 0;
            for (int k = _side.Lists.Starts[id]; k < _side.Lists.Starts[id + 1]; k++)
            {
                sum += _products[_cellOf[k]] - Targets[k];
            }

            int count = _side.Counts[id];
            _gradients[id] = (float)((2 * sum) + (2.0 * ((_kernels.L2 * count) + (count > 0 ? _kernels.L2PerId : 0)) * Values.At(id)));
        });
        int first = block * IdsPerBlock;
        _kernels.Update(step, _table, _ids, first, Math.Min(IdsPerBlock, _ids.Length - first), ref _gradients[first]);
    }

    private void Each(int block, Action<int> action)
    {
        for (int id = block * IdsPerBlock; id < Math.Min(_ids.Length, (block + 1) * IdsPerBlock); id++)
        {
            action(id);
        }
    }

    private sealed class Work(Action<int> action) : ITeamWork
    {
        public void Execute(int item) => action(item);
    }
}
