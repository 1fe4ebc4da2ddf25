using System;
using System.IO;
using ModelGen.Compiled;
using ModelGen.Samples;

namespace ModelGen.ClickThrough;

/// <summary>The three parts of a data set, for one model class.</summary>
/// <param name="Train">Training examples; the vocabularies are built from them.</param>
/// <param name="Validation">Examples that choose the epoch.</param>
/// <param name="Test">Examples measured once, at the end.</param>
public sealed record ClickSplits<TModel>(DataSet<TModel> Train, DataSet<TModel> Validation, DataSet<TModel> Test)
    where TModel : class, IEmbeddingModel<TModel>
{
    /// <summary>Reads frappe; the column "split" names the part of each row.</summary>
    /// <param name="folder">Folder that holds ctr.csv.gz.</param>
    public static ClickSplits<TModel> ReadFrappe(string folder)
    {
        string path = DataFiles.Require(folder, "ctr.csv.gz");
        return new ClickSplits<TModel>(Part("train"), Part("valid"), Part("test"));

        DataSet<TModel> Part(string name) => DataSet<TModel>.ReadCsv(path, new CsvOptions { Where = row => row["split"] == name });
    }

    /// <summary>Reads the small KDD Cup 2012 sample; of every ten rows eight train, one validates and one tests.</summary>
    /// <param name="folder">Folder that holds clicks.csv.gz.</param>
    public static ClickSplits<TModel> ReadKdd12(string folder)
    {
        string path = DataFiles.Require(folder, "clicks.csv.gz");
        return new ClickSplits<TModel>(Part(digit => digit < 8), Part(digit => digit == 8), Part(digit => digit == 9));

        DataSet<TModel> Part(Func<long, bool> holds) => DataSet<TModel>.ReadCsv(path, new CsvOptions { Where = row => holds(row.Number % 10) });
    }
}
