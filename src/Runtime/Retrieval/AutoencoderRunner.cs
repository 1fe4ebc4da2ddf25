using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Runs the phases of an autoencoder's step on a team, each complete before the next.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class AutoencoderRunner<TModel> : IAutoencoderRunner, ITeamWork
    where TModel : class, IAutoencoder<TModel>
{
    private const int NormalizeRows = 512;

    private readonly InteractionMatrix _matrix;
    private readonly WorkerTeam _team;
    private Phase _phase;

    /// <summary>Buffers for batches of a size.</summary>
    public AutoencoderRunner(SparseRows rows, InteractionMatrix matrix, WorkerTeam team, int capacity, int maxOutput, int batchItems)
    {
        (_matrix, _team) = (matrix, team);
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

    /// <inheritdoc/>
    public void Attach(SparseRows rows)
    {
        Step.Attach(rows);
        Run(Phase.Normalize, (rows.Rows + NormalizeRows - 1) / NormalizeRows);
    }

    /// <inheritdoc/>
    public double Train(RetrievalBatch batch, RetrievalBatch? next, OptimizerStep optimizer)
    {
        Step.Optimizer = optimizer;
        Step.Load(_matrix, batch.Users.Span, batch.Draws);
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

        if (double.IsFinite(loss))
        {
            Run(Phase.Rows, Step.RowCuts);
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
