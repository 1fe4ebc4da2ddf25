using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Names in a checkpoint: a safetensors file with the parameters under their own names, everything else under a prefix.</summary>
internal static class CheckpointFormat
{
    /// <summary>Metadata "format" of every checkpoint.</summary>
    public const string Name = "modelgen.checkpoint";

    /// <summary>Metadata "formatVersion"; raised with every change that an older reader would misread.</summary>
    public const string Version = "1";

    /// <summary>Metadata "content" of a run that can be resumed: optimiser state and position are there.</summary>
    public const string Training = "training";

    /// <summary>Metadata "content" of a finished model: parameters, vocabularies and scalings only.</summary>
    public const string Model = "model";

    /// <summary>Metadata "content" of an online trainer: as of a training run, and what it remembers of ids and clusters.</summary>
    public const string Online = "online";

    /// <summary>Prefix of the parameters under their own names.</summary>
    public const string Parameters = "";

    /// <summary>Prefix of the parameters of the best epoch, there when they differ from the current ones.</summary>
    public const string Best = "best/";

    /// <summary>Numeric scalings, F32 [numerics, 2]: mean, inverse deviation.</summary>
    public const string Scalings = "numeric.scalings";

    /// <summary>Prefix of optimiser state number <paramref name="index"/>.</summary>
    public static string OptimizerState(int index) => $"optimizer{index}/";

    /// <summary>Name of the clusters of a table's ids under a prefix, I32 [ids + 1]; the last is the number of clusters in use.</summary>
    public static string Assignment(string prefix, TableParameter table) => $"{prefix}{table.Name}.assignment";

    /// <summary>Training counts of a feature's vocabulary, I64 [known values + 1]; the last is that of the unknown ones.</summary>
    public static string Counts(CategoricalFeature feature) => feature.Name + ".counts";
}
