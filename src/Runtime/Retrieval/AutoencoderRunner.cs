using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Runs the phases of an autoencoder's step on a team, each complete before the next.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class AutoencoderRunner<TModel> : IDisposable, ITeamWork
    where TModel : class, IAutoencoder<TModel>
{
    private const int NormalizeRows = 512;

    private readonly WorkerTeam _team;
    private Phase _phase;

    /// <summary>Buffers for batches of a size.</summary>
    public AutoencoderRunner(SparseRows rows, WorkerTeam team, int capacity, int maxOutput, int batchItems)
    {
        _team = team;
        Step = new AutoencoderStep(rows, capacity, maxOutput, batchItems);
    }

    private enum Phase
    {
        Normalize,
        Histories,
        Scores,
        Loss,
        ScoreGradients,
        HistoryGradients,
        Rows,
    }

    /// <summary>What the generated code sees.</summary>
    public AutoencoderStep Step { get; }

    /// <summary>Takes the rows of a level and brings them to unit length.</summary>
    public void Attach(SparseRows rows)
    {
        Step.Attach(rows);
        Run(Phase.Normalize, (rows.Rows + NormalizeRows - 1) / NormalizeRows);
    }

    /// <summary>One optimiser step over some users. Returns the sum of their losses, each 2 - 2 cos, from before the update.</summary>
    public double Train(InteractionMatrix matrix, ReadOnlySpan<int> users, CounterRandom draws, OptimizerStep optimizer)
    {
        Step.Optimizer = optimizer;
        double loss = Gradients(matrix, users, draws);
        if (double.IsFinite(loss))
        {
            Run(Phase.Rows, Step.RowCuts);
        }

        return loss;
    }

    /// <summary>All phases but the update.</summary>
    internal double Gradients(InteractionMatrix matrix, ReadOnlySpan<int> users, CounterRandom draws)
    {
        Step.Load(matrix, users, draws);
        Run(Phase.Histories, Step.HistorySumItems);
        Run(Phase.Scores, Step.ScoreItems);
        Run(Phase.Loss, Step.Blocks);
        if (Step.Rows.IsWide)
        {
            Run(Phase.ScoreGradients, Step.Blocks * Step.Cuts);
        }

        Run(Phase.HistoryGradients, Step.HistoryGradientItems);
        double loss = 0;
        for (int u = 0; u < Step.Users; u++)
        {
            loss += Step.Losses[u];
        }

        return loss;
    }

    /// <inheritdoc/>
    public void Execute(int item)
    {
        switch (_phase)
        {
            case Phase.Normalize:
                TModel.Normalize(Step, item * NormalizeRows, int.Min((item + 1) * NormalizeRows, Step.Rows.Rows));
                break;
            case Phase.Histories:
                TModel.SumHistories(Step, item);
                break;
            case Phase.Scores:
                TModel.Score(Step, item);
                break;
            case Phase.Loss:
                Step.ReduceLoss(item);
                break;
            case Phase.ScoreGradients:
                TModel.ScoreGradient(Step, item / Step.Cuts, item % Step.Cuts);
                break;
            case Phase.HistoryGradients:
                TModel.HistoryGradient(Step, item);
                break;
            default:
                TModel.UpdateRows(Step, item);
                break;
        }
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose() => Step.Dispose();

    private void Run(Phase phase, int items)
    {
        _phase = phase;
        _team.Run(items, this);
    }
}
