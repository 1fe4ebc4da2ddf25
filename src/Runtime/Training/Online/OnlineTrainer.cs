using System;
using System.Globalization;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// CEL-Lite: learns a clustered matrix factorisation from a stream of interactions, each of which costs a constant number of vectors, on
/// average, however many ids and clusters there are. An interaction updates the two vectors it touches. An id may move to another cluster
/// when the number of its interactions reaches a power of two; a cluster is split when it has had enough of them, along the principal
/// direction of the latest gradients of its members, and the members are routed when they are next seen. For [MatrixFactorization] over
/// [Full], [Hashed] and [Clustered] tables, at least one of them clustered. Not for use from several threads at once.
/// </summary>
/// <typeparam name="TModel">The user's class.</typeparam>
public sealed class OnlineTrainer<TModel>
    where TModel : class, IEmbeddingModel<TModel>
{
    private readonly ModelState _state;
    private readonly StepContext _step;
    private readonly OptimizerSchedule _schedule;
    private readonly OnlineSide _users;
    private readonly OnlineSide _items;
    private readonly OnlineSide[] _sides;
    private long _touched;
    private double _squares;

    private OnlineTrainer(ModelState state, OnlineOptions options)
    {
        IFactorization kernels = TModel.Factorization!;
        options.Check(state.Tables[kernels.ItemTable].Parameter.Width);
        (_state, Options) = (state, options);
        _step = new StepContext(state, new Batch(0, 0, []), []);
        _schedule = new OptimizerSchedule(state.Schema.Optimizer, new TrainingOptions { LearningRate = options.LearningRate }, totalSteps: 1);
        _users = new OnlineSide(state, kernels, kernels.UserTable, kernels.UserBias, options);
        _items = new OnlineSide(state, kernels, kernels.ItemTable, kernels.ItemBias, options) { Other = _users };
        _users.Other = _items;
        _sides = [_users, _items];
    }

    /// <summary>The settings.</summary>
    public OnlineOptions Options { get; }

    /// <summary>Interactions learned from.</summary>
    public long Interactions { get; private set; }

    /// <summary>Mean squared error of the interactions, each predicted before it was learned from; NaN before the first.</summary>
    public double MeanSquaredError => _squares / Interactions;

    /// <summary>
    /// Vectors read, rows updated and rings written so far, each of the dimension or shorter: the work, which is at most a constant times
    /// <see cref="Interactions"/>.
    /// </summary>
    public long VectorsRead => _touched + _sides.Sum(side => side.Clusters?.Work ?? 0);

    /// <summary>Clusters in use, by table of the schema; the rows of a table that is not clustered.</summary>
    public int[] LiveClusters => [.. _state.Tables.Select(t => t.Assignment?.Live ?? (int)t.Rows)];

    /// <summary>Starts with one cluster (or <see cref="ClusteredAttribute.Initial"/>) and nothing learned.</summary>
    /// <param name="catalogue">Examples in which every user and item that is to be known occurs; the start values follow the mean of their labels. Nothing is learned from them.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model is none that can be trained online, or a setting is out of range.</exception>
    /// <exception cref="VocabularyException">A feature has no known value or fewer than its clusters.</exception>
    public static OnlineTrainer<TModel> Start(DataSet<TModel> catalogue, OnlineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        Require();
        options ??= new OnlineOptions();
        ModelState state = ParameterFactory.Allocate(
            TModel.Schema, ModelTrainer.BuildVocabularies(TModel.Schema, catalogue), ModelTrainer.BuildScalings(TModel.Schema, catalogue), optimizerState: true);
        using WorkerTeam team = new(1);
        ParameterFactory.Start(state, options.Seed, null, team, catalogue.Labels.Average(label => (double)label));
        return new OnlineTrainer<TModel>(state, options);
    }

    /// <summary>Goes on from a trained model, which stays as it is. Its vectors and clusters are taken over; the optimiser starts anew.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model is none that can be trained online, or a setting is out of range.</exception>
    public static OnlineTrainer<TModel> Continue(TrainedModel<TModel> model, OnlineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Require();
        return new OnlineTrainer<TModel>(Copy(model.State, optimizerState: true), options ?? new OnlineOptions());
    }

    /// <summary>Reads a trainer that <see cref="Save"/> has written; it goes on to the same bits.</summary>
    /// <exception cref="System.IO.FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, holds no online trainer, or one of another version or model.</exception>
    public static OnlineTrainer<TModel> Load(string path)
    {
        Require();
        using CheckpointReader reader = CheckpointReader.Open(path, TModel.Schema);
        if (reader.Text("content") != CheckpointFormat.Online)
        {
            throw reader.File.Error($"It holds a trained model, not an online trainer. Load it with {nameof(TrainedModel<TModel>)}.{nameof(TrainedModel<TModel>.Load)} and go on with {nameof(Continue)}.");
        }

        float rate = reader.Number<float>("learningRate");
        OnlineOptions options = new()
        {
            Seed = reader.Number<ulong>("seed"), LearningRate = rate > 0 ? rate : null, Remembered = reader.Number<int>("remembered"),
            Candidates = reader.Number<int>("candidates"), SplitAfter = reader.Number<int>("splitAfter"),
        };
        try
        {
            options.Check(TModel.Schema.Tables[TModel.Factorization!.ItemTable].Width);
        }
        catch (ArgumentException e)
        {
            throw reader.File.Error($"Its settings are not sound. {e.Message}", e);
        }

        ModelState state = ParameterFactory.Allocate(TModel.Schema, reader.ReadVocabularies(), reader.ReadScalings(), optimizerState: true);
        reader.ReadParameters(state, best: false);
        reader.ReadOptimizer(state);
        OnlineTrainer<TModel> trainer = new(state, options) { Interactions = reader.Number<long>("interactions") };
        (trainer._touched, trainer._squares) = (reader.Number<long>("touched"), reader.Number<double>("squares"));
        foreach (OnlineSide side in trainer._sides.Where(side => side.Clusters is not null))
        {
            OnlineFile.Read(reader.File, side);
        }

        return trainer;
    }

    /// <summary>Writes everything to a safetensors file, so that <see cref="Load"/> goes on to the same bits; <see cref="TrainedModel{TModel}.Load"/> reads the model from it, members not yet routed where they were.</summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; a file that was there before is unchanged.</exception>
    public void Save(string path) => CheckpointWriter.WriteOnline(path, _state, writer =>
    {
        foreach ((string key, IFormattable value) in new (string, IFormattable)[]
        {
            ("seed", Options.Seed), ("learningRate", Options.LearningRate ?? 0), ("remembered", Options.Remembered), ("candidates", Options.Candidates),
            ("splitAfter", Options.SplitAfter), ("interactions", Interactions), ("touched", _touched), ("squares", _squares),
        })
        {
            writer.Metadata(key, value.ToString(null, CultureInfo.InvariantCulture));
        }

        foreach (OnlineSide side in _sides.Where(side => side.Clusters is not null))
        {
            OnlineFile.Add(writer, side);
        }
    });

    /// <summary>Learns from interactions, one after another.</summary>
    /// <param name="interactions">Examples of the model.</param>
    /// <exception cref="UnknownKeyException">A value is unknown and its feature refuses unknown values; nothing is learned then.</exception>
    /// <exception cref="TrainingDivergedException">An error is no longer a finite number.</exception>
    public void Add(params ReadOnlySpan<TModel> interactions)
    {
        if (!interactions.IsEmpty)
        {
            Add(DataSet<TModel>.FromExamples(interactions.ToArray()));
        }
    }

    /// <summary>Learns from interactions, one after another in their order; those with a dropped id are passed over.</summary>
    /// <param name="interactions">Examples of the model.</param>
    /// <exception cref="UnknownKeyException">A value is unknown and its feature refuses unknown values; nothing is learned then.</exception>
    /// <exception cref="TrainingDivergedException">An error is no longer a finite number.</exception>
    public void Add(DataSet<TModel> interactions)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        (int[] users, int[] items) = (IdsOf(_users, interactions), IdsOf(_items, interactions));
        for (int i = 0; i < users.Length; i++)
        {
            if (users[i] >= 0 && items[i] >= 0)
            {
                Learn(users[i], items[i], interactions.Labels[i]);
            }
        }
    }

    /// <summary>A copy of the model as it is now, all members routed, ids never met in the cluster with the most interactions.</summary>
    public TrainedModel<TModel> Snapshot()
    {
        ModelState copy = Copy(_state, optimizerState: false);
        foreach (OnlineSide side in _sides)
        {
            if (side.Clusters is not { } clusters)
            {
                continue;
            }

            Assignment assignment = copy.Tables[side.Index].Assignment!;
            int[] sizes = assignment.Sizes();
            for (int id = 0; id < assignment.Clusters.Length; id++)
            {
                (int from, int to) = (assignment.Clusters[id], clusters.Destination(id));
                if (to != from && sizes[from] > 1)
                {
                    assignment.Clusters[id] = to;
                    sizes[from]--;
                    sizes[to]++;
                }
            }

            if (side.Ring.Counts.Any(count => count > 0))
            {
                ClusterData.PlaceIdle(assignment, side.Ring.Counts);
            }
        }

        return new TrainedModel<TModel>(copy, [], 0);
    }

    /// <summary>The served form of the model as it is now.</summary>
    public CollapsedModel<TModel> Collapse() => Snapshot().Collapse();

    private void Learn(int user, int item, float label)
    {
        _users.Clusters?.CatchUp(user);
        _items.Clusters?.CatchUp(item);
        double loss = _users.Measure(user, item, label);
        _items.Measure(item, user, label);
        if (!double.IsFinite(loss))
        {
            throw new TrainingDivergedException("the error of an interaction is not a finite number", 1, Interactions + 1, loss, null);
        }

        _step.Optimizer = _schedule.At(++_state.Steps);
        _users.Update(_step);
        _items.Update(_step);
        _touched += 4;
        Interactions++;
        _squares += loss;
        foreach ((OnlineSide side, int id, int other) in new[] { (_users, user, item), (_items, item, user) })
        {
            if (side.Clusters is { } clusters)
            {
                side.Ring.Add(id, other, label);
                clusters.AfterInteraction(id);
            }
        }
    }

    private static int[] IdsOf(OnlineSide side, DataSet<TModel> data)
    {
        KeyColumn column = data.Categoricals[side.Feature];
        int[] map = side.Vocabulary.Map(column);
        return Array.ConvertAll(column.Codes, code => map[code]);
    }

    private static ModelState Copy(ModelState from, bool optimizerState)
    {
        ModelState state = ParameterFactory.Allocate(from.Schema, from.Vocabularies, from.Scalings, optimizerState);
        BestParameters parameters = new(from);
        parameters.CopyFrom(from);
        parameters.CopyTo(state);
        return state;
    }

    private static void Require()
    {
        if (TModel.Factorization is null || TModel.Schema.Categoricals.All(c => c.Clusters is null) || TModel.Schema.Categoricals.Any(c => c.Clusters is { PersonalFrom: > 0 }))
        {
            throw new ArgumentException(
                $"{TModel.Schema.Name} cannot be trained online; that is for a [MatrixFactorization] over [Full], [Hashed] or [Clustered], at least one of them [Clustered] and none with PersonalFrom. Train it with {nameof(ModelTrainer)}.");
        }

        if (TModel.Factorization.L2PerId > 0)
        {
            throw new ArgumentException($"{TModel.Schema.Name} has [MatrixFactorization(L2PerId)], which is for steps on all ratings at once; online training penalises by L2, per rating.");
        }
    }
}
