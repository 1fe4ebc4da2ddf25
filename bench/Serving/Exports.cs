using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using ModelGen.Compiled;
using ModelGen.Samples;

namespace ModelGen.Bench;

/// <summary>Collapsed models of the serving rows and their artefacts, each made once per process in a folder that goes with it.</summary>
internal static class Exports
{
    private static readonly Lazy<string> s_folder = new(() =>
    {
        string folder = Directory.CreateTempSubdirectory("modelgen-bench").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    });

    private static readonly Dictionary<Type, object> s_models = [];

    /// <summary>The click model of the quickstart: 20,000 users, 5,000 apps, 24 genres.</summary>
    public static CollapsedModel<AppClick> Click => Model(() =>
    {
        var random = new Random(1);
        return Train(AppClick.From(Enumerable.Range(0, 50_000).Select(i => new AppClick
        {
            Clicked = random.Next(4) == 0,
            Age = random.Next(18, 70),
            User = $"user-{i % 20_000}",
            App = i % 5_000,
            Genres = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => $"genre-{random.Next(24)}")],
        })));
    });

    /// <summary>DLRM of 26 tables and towers of 512 and 256.</summary>
    public static CollapsedModel<CtrPlain> Dlrm => Model(() => Train(CtrData.Create<CtrPlain>(4096)));

    /// <summary>The model with half a million text keys.</summary>
    public static CollapsedModel<KeyedClick> Keyed => Model(() =>
        Train(KeyedClick.From(Enumerable.Range(0, 520_000).Select(i => new KeyedClick { Clicked = i % 3 == 0, Age = i % 60, User = $"user-{i * 7919L % 520_000}", App = i % 50_000 }))));

    /// <summary>The catalogue in codes.</summary>
    public static CollapsedModel<CodedCatalogue> Coded => Model(() =>
        ModelTrainer.Train(CodedCatalogue.From(Enumerable.Range(0, 4096).Select(i => new CodedCatalogue { User = i % 1000, Item = i * 239 })), new TrainingOptions()).Collapse());

    /// <summary>The catalogue in floats.</summary>
    public static CollapsedModel<FloatCatalogue> Floats => Model(() =>
        ModelTrainer.Train(FloatCatalogue.From(Enumerable.Range(0, 4096).Select(i => new FloatCatalogue { User = i % 1000, Item = i * 239 })), new TrainingOptions()).Collapse());

    /// <summary>The inference assembly of a model.</summary>
    public static string Assembly<TModel>(CollapsedModel<TModel> model)
        where TModel : class, IEmbeddingModel<TModel> => Once(typeof(TModel).Name + ".dll", path => model.SaveAssembly(path));

    /// <summary>The ONNX file of a model.</summary>
    public static string Onnx<TModel>(CollapsedModel<TModel> model)
        where TModel : class, IEmbeddingModel<TModel> => Once(typeof(TModel).Name + ".onnx", path => model.SaveOnnx(path));

    /// <summary>The inference assembly of a retriever.</summary>
    public static string Assembly<TModel>(CollapsedRetriever<TModel> model)
        where TModel : class, IAutoencoder<TModel> => Once(typeof(TModel).Name + ".dll", path => model.SaveAssembly(path));

    /// <summary>Makes a file once.</summary>
    public static string Once(string name, Action<string> save)
    {
        string path = Path.Combine(s_folder.Value, name);
        if (!File.Exists(path))
        {
            save(path);
        }

        return path;
    }

    /// <summary>A call of the only public class of an inference assembly, loaded as an application loads it.</summary>
    public static TDelegate Bind<TDelegate>(string path, string method)
        where TDelegate : Delegate
    {
        Type type = System.Reflection.Assembly.LoadFrom(path).GetExportedTypes().Single();
        object predictor = type.GetMethod("Load")!.Invoke(null, null)!;
        Type[] parameters = [.. typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Select(p => p.ParameterType)];
        return type.GetMethod(method, parameters)!.CreateDelegate<TDelegate>(predictor);
    }

    /// <summary>A model that is made once.</summary>
    public static T Model<T>(Func<T> create)
        where T : class
    {
        if (!s_models.TryGetValue(typeof(T), out object? model))
        {
            s_models[typeof(T)] = model = create();
        }

        return (T)model;
    }

    private static CollapsedModel<TModel> Train<TModel>(DataSet<TModel> data)
        where TModel : class, IEmbeddingModel<TModel> => ModelTrainer.Train(data, new TrainingOptions { BatchSize = 1024 }).Collapse();
}
