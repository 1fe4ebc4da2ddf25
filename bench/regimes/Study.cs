using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using ModelGen.Compiled;
using ModelGen.Samples;

namespace ModelGen.Regimes;

/// <summary>Tunes every method in one world and measures it in others.</summary>
internal static class Study
{
    private const int MeasuredRows = 50_000;
    private const ulong TuningSeed = 100;

    /// <summary>Worlds, start values and example orders that the chosen settings are measured with.</summary>
    public static IReadOnlyList<ulong> Seeds { get; } = [1, 2, 3, 4, 5];

    /// <summary>Runs a regime under one optimiser.</summary>
    public static RegimeResult Run(Regime regime, bool adagrad, CancellationToken cancellation) => (regime.Dimension, adagrad) switch
    {
        (2, false) => Run<SgdSingle2, SgdMlet2>(regime, adagrad, cancellation),
        (4, false) => Run<SgdSingle4, SgdMlet4>(regime, adagrad, cancellation),
        (16, false) => Run<SgdSingle16, SgdMlet16>(regime, adagrad, cancellation),
        (2, true) => Run<AdagradSingle2, AdagradMlet2>(regime, adagrad, cancellation),
        (4, true) => Run<AdagradSingle4, AdagradMlet4>(regime, adagrad, cancellation),
        (16, true) => Run<AdagradSingle16, AdagradMlet16>(regime, adagrad, cancellation),
        _ => throw new ArgumentException($"There is no model of width {regime.Dimension}; the study has 2, 4 and 16.", nameof(regime)),
    };

    private static RegimeResult Run<TSingle, TMlet>(Regime regime, bool adagrad, CancellationToken cancellation)
        where TSingle : class, IEmbeddingModel<TSingle>, IPlantedModel, new()
        where TMlet : class, IEmbeddingModel<TMlet>, IPlantedModel, new()
    {
        var best = new double[Seeds.Count];
        for (int i = 0; i < best.Length; i++)
        {
            PlantedExample[] test = Draw(regime, Seeds[i]).Test;
            best[i] = Evaluation.FromPredictions(
                [.. test.Select(e => e.Probability)], [.. test.Select(e => e.Clicked ? 1f : 0f)], Loss.BinaryCrossEntropy).Auc ?? double.NaN;
        }

        var methods = new Dictionary<Method, MethodResult>();
        Add<TSingle>([Method.Single, Method.Matched]);
        Add<TMlet>([Method.FrozenFactor, Method.MletOneRate, Method.Mlet]);
        return new RegimeResult(regime, adagrad, best, methods);

        void Add<TModel>(Method[] which)
            where TModel : class, IEmbeddingModel<TModel>, IPlantedModel, new()
        {
            var chosen = new Dictionary<Method, Setting>();
            (DataSet<TModel> train, DataSet<TModel> validation) = Data<TModel>(regime, TuningSeed);
            foreach (Method method in which)
            {
                chosen[method] = Grids.Of(method, adagrad).MaxBy(setting => Test(regime, setting, train, validation, TuningSeed, cancellation)?.Auc ?? 0)!;
            }

            var tests = which.ToDictionary(method => method, _ => new List<Evaluation?>());
            foreach (ulong seed in Seeds)
            {
                (DataSet<TModel> data, DataSet<TModel> test) = Data<TModel>(regime, seed);
                foreach (Method method in which)
                {
                    tests[method].Add(Test(regime, chosen[method], data, test, seed, cancellation));
                }
            }

            foreach (Method method in which)
            {
                methods[method] = new MethodResult(method, chosen[method], tests[method]);
            }
        }
    }

    /// <summary>The result on held-out rows, or null when training diverged.</summary>
    private static Evaluation? Test<TModel>(
        Regime regime, Setting setting, DataSet<TModel> train, DataSet<TModel> test, ulong seed, CancellationToken cancellation)
        where TModel : class, IEmbeddingModel<TModel>
    {
        try
        {
            return ModelTrainer.Train(train, setting.Options with { Epochs = regime.Epochs, Seed = seed }, cancellation).Evaluate(test);
        }
        catch (TrainingDivergedException)
        {
            return null;
        }
    }

    private static (PlantedExample[] Train, PlantedExample[] Test) Draw(Regime regime, ulong seed)
    {
        PlantedClicks world = new(regime.World, seed);
        return (world.Draw(regime.Rows, 1), world.Draw(MeasuredRows, 2));
    }

    private static (DataSet<TModel> Train, DataSet<TModel> Test) Data<TModel>(Regime regime, ulong seed)
        where TModel : class, IEmbeddingModel<TModel>, IPlantedModel, new()
    {
        (PlantedExample[] train, PlantedExample[] test) = Draw(regime, seed);
        return (Convert(train), Convert(test));

        static DataSet<TModel> Convert(PlantedExample[] examples) =>
            DataSet<TModel>.FromExamples(examples.Select(e => new TModel { Clicked = e.Clicked, User = e.User, App = e.App }));
    }
}
