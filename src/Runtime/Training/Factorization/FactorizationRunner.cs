using System;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// Takes steps of a matrix factorisation on all ratings at once, in the setting of the CEL paper's code: the loss is the sum of the squared
/// errors and the penalties, and the gradient of a cluster's vector is divided by the number of its members. Every piece of work writes to
/// its own place and pieces are cut by index, so the threads do not change a bit.
/// </summary>
internal sealed class FactorizationRunner : IStepRunner, IDeviceRunner
{
    private const int RowsPerRange = 256;

    [ThreadStatic]
    private static float[]? t_products;

    private readonly StepContext _step;
    private readonly IFactorization _kernels;
    private readonly WorkerTeam _team;
    private readonly FactorSide _users;
    private readonly FactorSide _items;
    private readonly FactorClusters[] _clusters;
    private readonly DeviceFactorization? _onDevice;
    private readonly GradientPhase _gradients;
    private readonly UpdatePhase _updates;
    private double[] _losses = [];
    private bool _stale = true;

    /// <summary>Prepares the steps of a model over a data set.</summary>
    /// <param name="state">The model.</param>
    /// <param name="kernels">Its generated kernels.</param>
    /// <param name="data">The ratings.</param>
    /// <param name="team">Threads that share the work.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="stop">When to stop splitting, by feature; null where the splits go on.</param>
    /// <param name="device">A device and the text of its kernels; null for the CPU.</param>
    public FactorizationRunner(ModelState state, IFactorization kernels, DataSet data, WorkerTeam team, ulong seed, IdleSplits? stop, (CudaDevice Device, string Text)? device = null)
    {
        (_kernels, _team) = (kernels, team);
        _step = new StepContext(state, new Batch(0, 0, []), []);
        (RatingLists users, RatingLists items) = RatingLists.Create(
            data, state, state.Tables[kernels.UserTable].Parameter.Feature, state.Tables[kernels.ItemTable].Parameter.Feature);
        _users = new FactorSide(state, kernels, kernels.UserTable, users);
        _items = new FactorSide(state, kernels, kernels.ItemTable, items);
        _onDevice = device is { } chosen ? new DeviceFactorization(chosen.Device, chosen.Text, state.Schema, _users, _items) : null;
        int[] turns = ClusterCalendar.Turns(state.Schema);
        int clustered = turns.Count(turn => turn >= 0);
        _clusters = [.. new[] { (Own: _items, Other: _users), (Own: _users, Other: _items) }
            .Where(side => side.Own.Table.Assignment is not null)
            .Select(side => new FactorClusters(
                state, kernels, side.Own, side.Other, new ClusterCalendar(side.Own.Feature.Clusters!, turns[side.Own.Table.Parameter.Feature], clustered), team, seed, stop) { OnDevice = _onDevice?.ClustersOf(side.Own, side.Other) })];
        _gradients = new GradientPhase(this);
        _updates = new UpdatePhase(this);
    }

    /// <inheritdoc/>
    public DeviceMemoryPlan? Plan => _onDevice?.Plan;

    /// <inheritdoc/>
    public void Prepare(int[] order, int start, int count, int epoch = 0) => _onDevice?.Invalidate();

    /// <inheritdoc/>
    public void Download() => _onDevice?.Download();

    /// <inheritdoc/>
    public void Upload() => _onDevice?.Invalidate();

    /// <inheritdoc/>
    public void Dispose() => _onDevice?.Dispose();

    /// <summary>Splits what is due, takes a step on all ratings and reassigns what is due. Returns the sum of the squared errors before the step.</summary>
    public double Step(OptimizerStep optimizer, int nextStart, int nextCount)
    {
        long number = _step.State.Steps;
        _step.Optimizer = optimizer;
        bool isPersonalised = _users.Personalise(number) | _items.Personalise(number);
        _stale |= isPersonalised;

        // Before the splits, which look at the vectors of the other side and at what the biases leave to explain.
        if (_onDevice is null)
        {
            EachPersonal(personal => personal.Refresh(_team));
            if (_stale)
            {
                RefreshBiases();
            }
        }
        else if (isPersonalised || _clusters.Any(c => c.MayChangeBefore(number)))
        {
            TakeBack();
        }

        foreach (FactorClusters clusters in _clusters)
        {
            _stale |= clusters.BeforeStep(number);
        }

        if (_stale)
        {
            Regroup();
            _onDevice?.SetCells();
        }

        double loss = _onDevice is null ? StepOnCpu() : _onDevice.Step(optimizer);
        if (!double.IsFinite(loss))
        {
            return loss;
        }

        if (_onDevice is not null && _clusters.Any(c => c.MayChangeAfter(number)))
        {
            TakeBack();
        }

        foreach (FactorClusters clusters in _clusters)
        {
            _stale |= clusters.AfterStep(number);
        }

        return loss;
    }

    // The gradients of both sides and their updates; nothing is updated when the loss is not finite.
    private double StepOnCpu()
    {
        double spread = _users.Cells.Spread;
        if (_users.Biases is { } biases)
        {
            spread = biases.Average();
            _items.Biases!.Average();
        }

        int userItems = _users.Items.Length - 1;
        _team.Run(userItems + _items.Items.Length - 1, _gradients);
        double loss = spread;
        for (int i = 0; i < userItems; i++)
        {
            loss += _losses[i];
        }

        if (!double.IsFinite(loss))
        {
            return loss;
        }

        _team.Run(Ranges(_users) + Ranges(_items), _updates);
        EachPersonal(personal => personal.Recentre(_team));
        if (_users.Biases is not null)
        {
            EachBias((own, _, block) => own.Update(block, _step));
            RefreshBiases();
        }

        return loss;
    }

    // Brings the parameters to the host, where ids are about to move, and computes what depends on them.
    private void TakeBack()
    {
        _onDevice!.Invalidate();
        EachPersonal(personal => personal.Refresh(_team));
        RefreshBiases();
    }

    private void RefreshBiases()
    {
        if (_users.Biases is not null)
        {
            EachBias((own, other, block) => own.Refresh(block, other));
        }
    }

    // Runs over the blocks of ids of both sides.
    private void EachBias(Action<FactorBiases, FactorBiases, int> action)
    {
        (FactorBiases users, FactorBiases items) = (_users.Biases!, _items.Biases!);
        _team.Run(users.Blocks + items.Blocks, new Work(block =>
        {
            if (block < users.Blocks)
            {
                action(users, items, block);
            }
            else
            {
                action(items, users, block - users.Blocks);
            }
        }));
    }

    private void EachPersonal(Action<FactorPersonal> action)
    {
        foreach (FactorSide side in new[] { _users, _items })
        {
            if (side.IsPersonal)
            {
                action(side.Personal!);
            }
        }
    }

    private void Regroup()
    {
        RatingCells byUser = RatingCells.Create(_users.Lists, _users.RowOf, _users.Rows, _items.RowOf, _items.Rows, _team, _users.Cells);
        _users.SetCells(byUser);
        _items.SetCells(byUser.Transpose(_items.Rows, _team, _items.Cells));
        _losses = new double[_users.Items.Length - 1];
        if (_users.Biases is { } biases)
        {
            biases.Regroup(_team, _items.RowOf);
            _items.Biases!.Regroup(_team, _users.RowOf);
        }

        _stale = false;
    }

    private static int Ranges(FactorSide side) => (side.Rows + RowsPerRange - 1) / RowsPerRange;

    private sealed class Work(Action<int> action) : ITeamWork
    {
        public void Execute(int item) => action(item);
    }

    // Items of the user side first, then those of the item side; both read the rows as they were before the step.
    private sealed class GradientPhase(FactorizationRunner runner) : ITeamWork
    {
        public void Execute(int item)
        {
            int users = runner._users.Items.Length - 1;
            if (item < users)
            {
                runner._losses[item] = Compute(runner._users, runner._items, item);
            }
            else
            {
                Compute(runner._items, runner._users, item - users);
            }
        }

        private double Compute(FactorSide own, FactorSide other, int item)
        {
            double loss = 0;
            int width = own.Width;
            float[] unread = own.Biases is null ? Room.Scratch(ref t_products, FactorSide.CellsPerPiece) : [];
            RatingCells cells = own.Cells;
            for (int p = own.Items[item]; p < own.Items[item + 1]; p++)
            {
                (int row, int first, int count, int spill) = own.Pieces[p];
                ref float gradient = ref spill < 0 ? ref own.Gradients.At((long)row * width) : ref own.Spills.At((long)spill * width);
                ref float products = ref own.Biases is null ? ref MemoryMarshal.GetArrayDataReference(unread) : ref own.Biases.Products(first);
                runner._kernels.Gradient(
                    ref own.Values.At((long)row * width), spill < 0 ? own.Pulls[row] : 0, ref other.Values.First,
                    ref MemoryMarshal.GetReference(cells.Rows.AsSpan(first)),
                    ref MemoryMarshal.GetReference(cells.Weights.AsSpan(first)),
                    ref MemoryMarshal.GetReference(cells.Targets.AsSpan(first)), count, ref gradient, ref products, ref loss);
            }

            return loss;
        }
    }

    private sealed class UpdatePhase(FactorizationRunner runner) : ITeamWork
    {
        public void Execute(int item)
        {
            int users = Ranges(runner._users);
            FactorSide side = item < users ? runner._users : runner._items;
            int first = (item < users ? item : item - users) * RowsPerRange, count = Math.Min(RowsPerRange, side.Rows - first), width = side.Width;
            for (int row = first; row < first + count; row++)
            {
                Span<float> gradient = side.Gradients.Span((long)row * width, width);
                for (int spill = side.SpillStarts[row]; spill < side.SpillStarts[row + 1]; spill++)
                {
                    Span<float> more = side.Spills.Span((long)spill * width, width);
                    for (int c = 0; c < width; c++)
                    {
                        gradient[c] += more[c];
                    }
                }

                float share = side.Shares[row];
                for (int c = 0; c < width && share != 1; c++)
                {
                    gradient[c] *= share;
                }

                if (side.IsPersonal)
                {
                    side.Personal!.AddPull(row, gradient);
                }
            }

            runner._kernels.Update(runner._step, side.Updated, side.AllRows, first, count, ref side.Gradients.At((long)first * width));
        }
    }
}
