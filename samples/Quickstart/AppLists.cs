using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using ModelGen.Compiled;

namespace ModelGen.Samples;

/// <summary>The part of the quickstart that makes lists: the clicks of the training rows are told, those of the test rows on other apps have to be found among all apps.</summary>
internal sealed class AppLists
{
    private readonly (int User, int App)[] _told;
    private readonly (int User, int App)[] _wanted;
    private readonly (int User, int App)[] _histories;
    private readonly ulong _seed;
    private readonly string _folder;
    private readonly CancellationToken _cancellation;

    /// <summary>Takes the clicks of two parts of the data.</summary>
    /// <param name="training">Examples whose clicks are told.</param>
    /// <param name="test">Examples whose clicks have to be found.</param>
    /// <param name="seed">Seed of the training runs.</param>
    /// <param name="folder">Folder of the exported models.</param>
    /// <param name="cancellation">Stops the training under way.</param>
    public AppLists(PlantedExample[] training, PlantedExample[] test, ulong seed, string folder, CancellationToken cancellation)
    {
        _told = Clicks(training);
        HashSet<(int, int)> told = [.. _told];
        HashSet<int> users = [.. _told.Select(pair => pair.User)];
        _wanted = [.. Clicks(test).Where(pair => users.Contains(pair.User) && !told.Contains(pair))];
        HashSet<int> asked = [.. _wanted.Select(pair => pair.User)];
        _histories = [.. _told.Where(pair => asked.Contains(pair.User))];
        (_seed, _folder, _cancellation) = (seed, folder, cancellation);
    }

    /// <summary>The most popular apps for everybody: what lists have to be compared with.</summary>
    public ResultRow Popular()
    {
        DataSet<AppFinder> told = Pairs<AppFinder>(_told), wanted = Pairs<AppFinder>(_wanted);
        int item = told.Schema.Require(FeatureRole.Item, "Popularity");
        Vocabulary apps = Vocabulary.Build(told.Schema.Categoricals[item], told.Categoricals[item]);
        PopularItems popular = PopularItems.Fit(InteractionMatrix.From(told, apps));
        RankingEvaluation lists = popular.EvaluateRanking(InteractionMatrix.From(wanted, apps), InteractionMatrix.From(Pairs<AppFinder>(_histories), apps));
        return Row("popular", null, lists, popular.Bytes, popular.Bytes, []);
    }

    /// <summary>Trains, collapses, exports and measures an autoencoder.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="format">Format of the served values.</param>
    public ResultRow Run<TModel>(string method, TableFormat format)
        where TModel : AppTaken, IAutoencoder<TModel>, new()
    {
        Console.WriteLine(method);
        DataSet<TModel> told = Pairs<TModel>(_told);
        TrainedRetriever<TModel> trained = RetrievalTrainer.Train(told, new RetrievalOptions { Epochs = 3, Seed = _seed, Progress = new ConsoleProgress() }, _cancellation);
        CollapsedRetriever<TModel> served = trained.Collapse(format);
        string name = Path.Combine(_folder, method, typeof(TModel).Name);
        served.Save(name + ".safetensors");
        ArtifactReport onnx = served.SaveOnnx(name + ".onnx"), assembly = served.SaveAssembly(name + ".Inference.dll");
        return Row(method, _seed, served.EvaluateRanking(Pairs<TModel>(_wanted), Pairs<TModel>(_histories)), served.Bytes, served.EmbeddingBytes,
        [
            Figure.Difference("onnxMaxDifference", "ONNX max\ndifference", onnx.MaxDifference),
            Figure.Difference("assemblyMaxDifference", "assembly max\ndifference", assembly.MaxDifference),
        ]) with { OnnxNotRun = onnx.NotRun };
    }

    private static ResultRow Row(string method, ulong? seed, RankingEvaluation lists, long bytes, long embeddingBytes, Figure[] differences) => new()
    {
        Method = method,
        Seed = seed,
        Figures =
        [
            Figure.Quality("hr@10", "HR@10", lists.At(10).HitRate),
            Figure.Quality("ndcg@10", "NDCG@10", lists.At(10).Ndcg),
            Figure.Count("bytes", "bytes", bytes),
            Figure.Count("embeddingBytes", "embedding\nbytes", embeddingBytes),
            .. differences,
        ],
    };

    private static (int User, int App)[] Clicks(PlantedExample[] examples) => [.. examples.Where(e => e.Clicked).Select(e => (e.User, e.App)).Distinct().Order()];

    private static DataSet<TModel> Pairs<TModel>((int User, int App)[] pairs)
        where TModel : AppTaken, IModel<TModel>, new() => DataSet<TModel>.FromExamples(pairs.Select(p => new TModel { User = p.User, App = p.App }));
}
