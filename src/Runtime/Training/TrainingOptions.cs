using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Settings of a training run. Every value is checked when training starts.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training data, at least 1; 1 by default.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>
    /// Examples per optimiser step, 1 to 1,048,576; 1,024 by default. Drawn negatives are not counted. The last batch of an epoch may be
    /// shorter and is used.
    /// </summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>
    /// Where the steps run: <see cref="Device.Cpu"/> (default), a CUDA device, or <see cref="Device.Auto"/>. Vocabularies, batches, validation
    /// and checkpoints are the same on all of them, and a run may go on elsewhere than it began; the bits differ between devices.
    /// </summary>
    public Device Device { get; init; }

    /// <summary>
    /// How a CUDA device multiplies matrices; exact to 32-bit floats by default. A device before compute capability 8.0 has no tensor cores
    /// for <see cref="ModelGen.MatrixPrecision.TensorFloat32"/> and multiplies exactly. The CPU always does.
    /// </summary>
    public MatrixPrecision MatrixPrecision { get; init; }

    /// <summary>
    /// One optimiser step per epoch, on all examples at once, instead of batches; false by default. Only for a [MatrixFactorization]
    /// over [Full], [Hashed] or [Clustered] without codes: the setting of the CEL paper's code. The loss is then the sum of the squared
    /// errors, not their mean, and the gradient of a cluster's vector is divided by the number of its members.
    /// </summary>
    public bool FullBatch { get; init; }

    /// <summary>Seed of the start values and of the order of the examples; 1 by default. The same seed gives the same bits on any number of threads.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Examples measured after every epoch, of the same model class as the training data; none by default. Those of a model without a
    /// label are pairs that the lists of their users should hold, see <see cref="RankingEvaluation"/>.
    /// </summary>
    public DataSet? Validation { get; init; }

    /// <summary>Length K of the lists that are measured after every epoch of a model without a label, at least 1; 10 by default.</summary>
    public int ValidationCutoff { get; init; } = 10;

    /// <summary>
    /// Negative items drawn for every row of a model without a label, anew in every epoch: 1 to 1,000; null (default) draws 4. A model
    /// with a label takes none.
    /// </summary>
    public int? Negatives { get; init; }

    /// <summary>How negative items are drawn; uniformly by default.</summary>
    public NegativeSampling NegativeSampling { get; init; }

    /// <summary>Threads, 1 to 1,024; 0 (default) uses all cores.</summary>
    public int Threads { get; init; }

    /// <summary>Replaces the model's learning rates of all groups that have no override of their own here; positive.</summary>
    public float? LearningRate { get; init; }

    /// <summary>Replaces the learning rate of the embedding tables; positive.</summary>
    public float? TableLearningRate { get; init; }

    /// <summary>Replaces the learning rate of the added dense factors; positive.</summary>
    public float? FactorLearningRate { get; init; }

    /// <summary>Replaces the learning rate of the towers, biases and first-order weights; positive.</summary>
    public float? TowerLearningRate { get; init; }

    /// <summary>How the learning rates change over the run; constant by default.</summary>
    public RateDecay RateDecay { get; init; }

    /// <summary>Replaces the standard deviation of the start values of normally started factors; at least 0. Meant for sweeps.</summary>
    public float? FactorSigma { get; init; }

    /// <summary>
    /// Vectors that plain tables, quantised and clustered embeddings start from, such as the tables of a model trained without, whose towers are taken
    /// over too; none by default. A run that is resumed does not read them.
    /// </summary>
    public StartVectors? Start { get; init; }

    /// <summary>Stop after this many epochs that did not improve on the best one; 0 (default) never stops early. Needs <see cref="Validation"/>.</summary>
    public int Patience { get; init; }

    /// <summary>With <see cref="Validation"/>, return the parameters of the best epoch (highest AUC, lowest squared error, or highest NDCG of a model without a label); true by default.</summary>
    public bool KeepBest { get; init; } = true;

    /// <summary>File that receives checkpoints, replaced as a whole each time; none by default.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Steps between checkpoints, in addition to the one at the end of each epoch; 0 (default) writes only the latter. Needs <see cref="CheckpointPath"/>.</summary>
    public int CheckpointEverySteps { get; init; }

    /// <summary>Continue from <see cref="CheckpointPath"/> if the file is there; false by default.</summary>
    public bool Resume { get; init; }

    /// <summary>Receives the progress, on the training thread, about ten times a second and at the end of each epoch.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Stop after this many optimiser steps in all, those before a resume included, even inside an epoch; at least 1, null (default) for no limit.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Threads to use.</summary>
    internal int TeamSize => CountThreads(Threads);

    /// <summary>Negatives per row of a model: 0 when it has a label.</summary>
    internal int NegativesOf(ModelSchema schema) => schema.IsImplicit ? Negatives ?? NegativeSampler.DefaultNegatives : 0;

    /// <summary>Rows of a batch that an example of a model takes, its negatives included.</summary>
    internal int RowsPerExample(ModelSchema schema) => (NegativesOf(schema), schema.Loss) switch
    {
        (var negatives, Loss.BayesianPersonalizedRanking) => 2 * negatives,
        (var negatives, _) => 1 + negatives,
    };

    /// <summary>A number of threads where 0 stands for all cores.</summary>
    internal static int CountThreads(int threads) => threads == 0 ? int.Min(Environment.ProcessorCount, WorkerTeam.MaximumSize) : threads;

    /// <exception cref="ArgumentException">A setting is out of range or needs another one.</exception>
    internal void Check<TModel>()
        where TModel : class, IEmbeddingModel<TModel>
    {
        Check(Epochs >= 1, nameof(Epochs), Epochs, "must be at least 1");
        Check(BatchSize is >= 1 and <= 1 << 20, nameof(BatchSize), BatchSize, "must be 1 to 1,048,576");
        Check(Negatives is null or 0 || TModel.Schema.IsImplicit, nameof(Negatives), Negatives, $"must be null, because {TModel.Schema.Name} has a label. Negatives are drawn for models of a [User] and an [Item] without a [Label]");
        Check(Negatives is null or (>= 1 and <= NegativeSampler.MaximumNegatives) || !TModel.Schema.IsImplicit, nameof(Negatives), Negatives, "must be 1 to 1,000, or null for 4; a model without a label learns from nothing but the difference between rows and negatives");
        Check(Enum.IsDefined(NegativeSampling), nameof(NegativeSampling), NegativeSampling, $"must be one of {string.Join(", ", Enum.GetNames<NegativeSampling>())}");
        Check(Threads is >= 0 and <= WorkerTeam.MaximumSize, nameof(Threads), Threads, "must be 1 to 1,024, or 0 for all cores");
        Check(Enum.IsDefined(MatrixPrecision), nameof(MatrixPrecision), MatrixPrecision, $"must be one of {string.Join(", ", Enum.GetNames<MatrixPrecision>())}");
        CheckRate(LearningRate, nameof(LearningRate));
        CheckRate(TableLearningRate, nameof(TableLearningRate));
        CheckRate(FactorLearningRate, nameof(FactorLearningRate));
        CheckRate(TowerLearningRate, nameof(TowerLearningRate));
        Check(FactorSigma is null or >= 0 and < float.PositiveInfinity, nameof(FactorSigma), FactorSigma, "must be a finite number, at least 0");
        CheckStart(Start?.Problem(TModel.Schema));
        Check(Patience >= 0, nameof(Patience), Patience, "must be at least 0");
        Check(CheckpointEverySteps >= 0, nameof(CheckpointEverySteps), CheckpointEverySteps, "must be at least 0");
        Check(MaxSteps is null or >= 1, nameof(MaxSteps), MaxSteps, "must be at least 1, or null for no limit");
        Check(Validation is null or DataSet<TModel>, nameof(Validation), Validation?.GetType(), $"must be examples of {typeof(TModel).Name}");
        Check(ValidationCutoff >= 1, nameof(ValidationCutoff), ValidationCutoff, "must be at least 1");
        Check(Patience == 0 || Validation is not null, nameof(Patience), Patience, $"needs {nameof(Validation)}, by which an improvement is measured");
        Check(CheckpointPath is null || CheckpointPath.Trim().Length > 0, nameof(CheckpointPath), "empty", "must be a file path, or null for no checkpoints");
        Check(CheckpointEverySteps == 0 || CheckpointPath is not null, nameof(CheckpointEverySteps), CheckpointEverySteps, $"needs {nameof(CheckpointPath)}");
        Check(!Resume || CheckpointPath is not null, nameof(Resume), Resume, $"needs {nameof(CheckpointPath)}, the file to continue from");
    }

    private static void CheckStart(string? problem)
    {
        if (problem is not null)
        {
            throw new ArgumentException($"{nameof(TrainingOptions)}.{nameof(Start)} {problem}.", nameof(Start));
        }
    }

    private static void CheckRate(float? rate, string name) =>
        Check(rate is null or > 0 and < float.PositiveInfinity, name, rate, "must be a positive, finite number, or null for the rate of the model");

    private static void Check(bool holds, string name, object? value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException(FormattableString.Invariant($"{nameof(TrainingOptions)}.{name} is {value}; it {rule}."), name);
        }
    }
}

/// <summary>How a CUDA device multiplies matrices.</summary>
public enum MatrixPrecision
{
    /// <summary>32-bit floats.</summary>
    Exact,

    /// <summary>Factors rounded to 10 mantissa bits, sums in 32-bit floats, on tensor cores.</summary>
    TensorFloat32,
}

/// <summary>How the learning rates change over a run.</summary>
public enum RateDecay
{
    /// <summary>They stay as they are.</summary>
    None,

    /// <summary>They fall in equal steps from the full rate at the first step to zero after the last one of the run.</summary>
    Linear,
}
