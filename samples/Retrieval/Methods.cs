using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Samples;

namespace ModelGen.Retrieval;

/// <summary>The methods by name, and the model classes by their widths.</summary>
internal static class Methods
{
    private delegate IEnumerable<ResultRow> Runner(RetrievalStudy study, string method, int epochs);

    private static readonly SortedDictionary<int, Runner> s_dense = new()
    {
        [8] = (study, method, epochs) => study.Run<Dense8>(method, epochs),
        [16] = (study, method, epochs) => study.Run<Dense16>(method, epochs),
        [32] = (study, method, epochs) => study.Run<Dense32>(method, epochs),
        [64] = (study, method, epochs) => study.Run<Dense64>(method, epochs),
        [128] = (study, method, epochs) => study.Run<Dense128>(method, epochs),
        [256] = (study, method, epochs) => study.Run<Dense256>(method, epochs),
        [512] = (study, method, epochs) => study.Run<Dense512>(method, epochs),
        [1024] = (study, method, epochs) => study.Run<Dense1024>(method, epochs),
        [4096] = (study, method, epochs) => study.Run<Dense4096>(method, epochs),
    };

    private static readonly SortedDictionary<(int Dimension, int Kept), Runner> s_sparse = new()
    {
        [(256, 4)] = (study, method, epochs) => study.Run<Sparse256Kept4>(method, epochs),
        [(256, 8)] = (study, method, epochs) => study.Run<Sparse256Kept8>(method, epochs),
        [(256, 16)] = (study, method, epochs) => study.Run<Sparse256Kept16>(method, epochs),
        [(256, 32)] = (study, method, epochs) => study.Run<Sparse256Kept32>(method, epochs),
        [(256, 64)] = (study, method, epochs) => study.Run<Sparse256Kept64>(method, epochs),
        [(1024, 8)] = (study, method, epochs) => study.Run<Sparse1024Kept8>(method, epochs),
        [(1024, 16)] = (study, method, epochs) => study.Run<Sparse1024Kept16>(method, epochs),
        [(1024, 32)] = (study, method, epochs) => study.Run<Sparse1024Kept32>(method, epochs),
        [(1024, 64)] = (study, method, epochs) => study.Run<Sparse1024Kept64>(method, epochs),
        [(1024, 128)] = (study, method, epochs) => study.Run<Sparse1024Kept128>(method, epochs),
        [(4096, 64)] = (study, method, epochs) => study.Run<Sparse4096Kept64>(method, epochs),
        [(4096, 128)] = (study, method, epochs) => study.Run<Sparse4096Kept128>(method, epochs),
    };

    /// <summary>All names.</summary>
    public static string[] Names => ["compressed", "elsa", "ease", "ease-pruned", "popular"];

    /// <summary>Runs a method once for every width and number of kept entries it takes.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="study">The data and the options.</param>
    /// <param name="variant">What is added to the name of a compressed model, such as "-restart".</param>
    /// <param name="dimensions">Widths; empty for that of the data set.</param>
    /// <param name="kept">Kept entries.</param>
    /// <param name="tuned">Settings of the data set.</param>
    /// <exception cref="ArgumentException">Kept entries are missing, or no model of these widths is compiled.</exception>
    public static IEnumerable<ResultRow> Run(string name, RetrievalStudy study, string variant, IReadOnlyList<int> dimensions, IReadOnlyList<int> kept, Tuned tuned)
    {
        if (name is "compressed" or "ease-pruned" && kept.Count == 0)
        {
            throw new ArgumentException($"The method {name} needs --kept, the entries per row, such as --kept 16.");
        }

        IEnumerable<int> widths = dimensions.Count > 0 ? dimensions : [tuned.Dimension];
        return name switch
        {
            "popular" => study.RunPopular("popular"),
            "ease" => study.RunEase("ease"),
            "ease-pruned" => study.RunPrunedEase("ease-pruned", kept),
            "elsa" => widths.Select(Dense).ToList().SelectMany(run => run()),
            _ => widths.SelectMany(r => kept.Select(k => Sparse(r, k))).ToList().SelectMany(run => run()),
        };

        Func<IEnumerable<ResultRow>> Dense(int dimension) => s_dense.TryGetValue(dimension, out Runner? run)
            ? () => run(study, $"elsa-{dimension}", tuned.Epochs(dimension))
            : throw new ArgumentException($"No dense model of --dimension {dimension} is compiled into the sample; there are {string.Join(", ", s_dense.Keys)}. Add a class to Models/Dense.cs and a line to Methods.cs.");

        Func<IEnumerable<ResultRow>> Sparse(int dimension, int entries) => s_sparse.TryGetValue((dimension, entries), out Runner? run)
            ? () => run(study, $"compressed-{dimension}-{entries}{variant}", tuned.FinalEpochs)
            : throw new ArgumentException($"No sparse model of --dimension {dimension} and --kept {entries} is compiled into the sample; there are {string.Join(", ", s_sparse.Keys.Select(key => $"{key.Dimension}/{key.Kept}"))}. Add a class to Models/Sparse.cs and a line to Methods.cs.");
    }
}
