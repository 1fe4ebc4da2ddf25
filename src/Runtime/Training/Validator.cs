using System;
using System.Threading;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Measures the validation data after an epoch: scores against labels, or the lists of a model without a label.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal abstract class Validator<TModel>
    where TModel : class, IEmbeddingModel<TModel>
{
    /// <summary>The validator of a model.</summary>
    /// <param name="state">The parameters, which training changes.</param>
    /// <param name="validation">Validation examples.</param>
    /// <param name="training">Training examples, whose items are no candidates for their users.</param>
    /// <param name="options">Length of the lists.</param>
    /// <param name="team">Threads.</param>
    public static Validator<TModel> Create(ModelState state, DataSet<TModel> validation, DataSet<TModel> training, TrainingOptions options, WorkerTeam team) =>
        state.Schema.IsImplicit ? new OfLists(state, validation, training, options, team) : new OfScores(state, validation, team);

    /// <summary>Measures the parameters as they are.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two batches.</exception>
    /// <exception cref="ArithmeticException">A score is not a finite number.</exception>
    public abstract (Evaluation? Labelled, RankingEvaluation? Ranking) Measure(CancellationToken token);

    /// <summary>Whether training should prefer an epoch to an earlier one.</summary>
    public abstract bool IsBetter(EpochResult epoch, EpochResult earlier);

    private sealed class OfScores(ModelState state, DataSet<TModel> validation, WorkerTeam team) : Validator<TModel>
    {
        private readonly Scorer<TModel> _scorer = new(state, validation, team);
        private readonly double[] _frequencies = ValueFrequencies.Compute(validation.Count, validation.Categoricals, state.Vocabularies);

        public override (Evaluation? Labelled, RankingEvaluation? Ranking) Measure(CancellationToken token)
        {
            Evaluation evaluation = Evaluation.From(_scorer.Score(token), validation.Labels, TModel.Schema.Loss, _frequencies);
            return evaluation.IsFinite ? (evaluation, null) : throw new ArithmeticException("A score is not a finite number.");
        }

        public override bool IsBetter(EpochResult epoch, EpochResult earlier) => epoch.Validation!.IsBetterThan(earlier.Validation!, TModel.Schema.Loss);
    }

    private sealed class OfLists : Validator<TModel>
    {
        private readonly RankingTask<TModel> _task;
        private readonly TrainedQueryScorer<TModel> _scorer;
        private readonly RankingOptions _options;
        private readonly WorkerTeam _team;

        public OfLists(ModelState state, DataSet<TModel> validation, DataSet<TModel> training, TrainingOptions options, WorkerTeam team)
        {
            _options = new RankingOptions { Cutoffs = [options.ValidationCutoff] };
            _task = RankingTask<TModel>.Create(validation, training, state.Vocabularies, _options);
            _scorer = new TrainedQueryScorer<TModel>(state, _task.Queries, team);
            _team = team;
        }

        public override (Evaluation? Labelled, RankingEvaluation? Ranking) Measure(CancellationToken token)
        {
            _scorer.Refresh();
            return (null, Ranking.Evaluate(_task, _options, _team, _scorer, token));
        }

        public override bool IsBetter(EpochResult epoch, EpochResult earlier) => epoch.Ranking!.Cutoffs[0].Ndcg > earlier.Ranking!.Cutoffs[0].Ndcg;
    }
}
