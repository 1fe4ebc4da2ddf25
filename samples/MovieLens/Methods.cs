using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Samples;

namespace ModelGen.MovieLens;

/// <summary>The methods by name.</summary>
internal static class Methods
{
    private static readonly Dictionary<string, Func<RankingStudy, IEnumerable<ResultRow>>> s_ranking = new()
    {
        ["gmf"] = study => study.Run<GmfFull>("gmf", ("sq4", TableFormat.Uniform(4)), ("sq6", TableFormat.Uniform(6)), ("sq8", TableFormat.Uniform(8)), ("int4", TableFormat.Int4PerRow)),
        ["gmf-half"] = study => study.Run<GmfHalf>("gmf-half"),
        ["gmf-narrow"] = study => study.Run<GmfNarrow>("gmf-narrow"),
        ["lowrank"] = study => study.Run<GmfLowRank>("lowrank"),
        ["hashed"] = study => study.Run<GmfHashed>("hashed"),
        ["qr"] = study => study.Run<GmfQuotientRemainder>("qr"),
        ["dpq16"] = study => study.Run<GmfDpq16>("dpq16"),
        ["dpq32"] = study => study.Run<GmfDpq32>("dpq32"),
        ["mgqe16"] = study => study.Run<GmfMgqe16>("mgqe16"),
        ["mgqe16-uncommitted"] = study => study.Run<GmfMgqe16Uncommitted>("mgqe16-uncommitted"),
        ["mgqe-warm"] = study => study.RunWarm<GmfFull, GmfCodes7>("mgqe-warm", plainEpochs: 12),
        ["scalar-warm"] = study => study.RunWarm<GmfFull, GmfScalar>("scalar-warm", plainEpochs: 12),
        ["gmf-averaged"] = study => study.RunAveraged<GmfFull, GmfFull>(null, ("gmf-averaged", TableFormat.Float32), ("sq4-averaged", TableFormat.Uniform(4))),
        ["balanced"] = study => study.RunAveraged<GmfFull, GmfCodes7>(32, ("balanced", TableFormat.Float16)),
        ["balanced6"] = study => study.RunAveraged<GmfFull, GmfCodes6>(32, ("balanced6", TableFormat.Float16)),
        ["balanced5"] = study => study.RunAveraged<GmfFull, GmfCodes5>(32, ("balanced5", TableFormat.Float16)),
        ["balanced4"] = study => study.RunAveraged<GmfFull, GmfCodes4>(32, ("balanced4", TableFormat.Float16)),
        ["mgqe"] = study => study.Run<GmfMgqe32>("mgqe"),
        ["neumf"] = study => study.Run<NeuMfFull>("neumf", ("neumf-sq4", TableFormat.Uniform(4)), ("neumf-sq6", TableFormat.Uniform(6)), ("neumf-sq8", TableFormat.Uniform(8))),
        ["neumf-narrow"] = study => study.Run<NeuMfNarrow>("neumf-narrow"),
        ["neumf-dpq32"] = study => study.Run<NeuMfDpq32>("neumf-dpq32"),
        ["neumf-mgqe16"] = study => study.Run<NeuMfMgqe16>("neumf-mgqe16"),
        ["neumf-mgqe"] = study => study.Run<NeuMfMgqe32>("neumf-mgqe"),
    };

    // What plain tables, and the differences of ids' own vectors from their clusters', are rounded to after training.
    private static (string Name, TableFormat Format)[] s_roundings => [("int8", TableFormat.Int8PerRow), ("int4", TableFormat.Int4PerRow), ("sq5", TableFormat.Uniform(5)), ("sq4", TableFormat.Uniform(4))];

    // By whether the set is the smaller one, whose settings the reference results tuned separately.
    private static readonly Dictionary<string, Func<RatingStudy, bool, IEnumerable<ResultRow>>> s_rating = new()
    {
        ["nmf"] = (study, small) => small ? study.Run("nmf", Star<NmfSmall>, 0.02f, 80, false) : study.Run("nmf", Star<Nmf>, 0.02f, 24, false, s_roundings),
        ["mf"] = (study, small) => small ? study.Run("mf", Star<MfSmall>, 0.01f, 80, false) : study.Run("mf", Star<Mf>, 0.02f, 24, false),
        ["mf-biased"] = (study, small) => small ? study.Run("mf-biased", Star<MfBiasedSmall>, 0.02f, 160, false) : study.Run("mf-biased", Star<MfBiased>, 0.01f, 24, false),
        ["biases"] = (study, _) => study.RunBiases("biases", 4),
        ["hashed-items"] = (study, small) => small
            ? study.Run("hashed-items", r => new HashedItemsSmall { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.01f, 40, true)
            : study.Run("hashed-items", r => new HashedItems { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.01f, 60, true),
        ["random-clusters"] = (study, small) => small
            ? study.Run("random-clusters", r => new RandomClustersSmall { User = r.User, Movie = study.ShuffledPlaceOf(r.Movie), Stars = r.Stars }, 0.01f, 40, true)
            : study.Run("random-clusters", r => new RandomClusters { User = r.User, Movie = study.ShuffledPlaceOf(r.Movie), Stars = r.Stars }, 0.01f, 60, true),
        ["kmeans"] = (study, small) => small
            ? study.RunWarm("kmeans", Star<NmfSmall>, 0.02f, 80, r => new KMeansFixedSmall { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.001f, 20)
            : study.RunWarm("kmeans", Star<Nmf>, 0.02f, 24, r => new KMeansFixed { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 40),
        ["kmeans-reassigned"] = (study, small) => small
            ? study.RunWarm("kmeans-reassigned", Star<NmfSmall>, 0.02f, 80, r => new KMeansSmall { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.001f, 200)
            : study.RunWarm("kmeans-reassigned", Star<Nmf>, 0.02f, 24, r => new KMeans { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.001f, 280),
        ["cel"] = (study, small) => small
            ? study.Run("cel", r => new CelItemsSmall { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 520, true)
            : study.Run("cel", r => new CelItems { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 920, true),
        ["cel-sgd"] = (study, small) => small
            ? study.Run("cel-sgd", r => new CelItemsSgdSmall { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.0004f, 420, true)
            : study.Run("cel-sgd", r => new CelItemsSgd { User = r.User, Movie = r.Movie, Stars = r.Stars }, 6e-5f, 1920, true),
        ["cel-free"] = (study, small) => small
            ? study.Run("cel-free", r => new CelItemsFreeSmall { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 760, true)
            : study.Run("cel-free", r => new CelItemsFree { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 760, true),
        ["cel-fixed"] = (study, small) => small
            ? study.Run("cel-fixed", r => new CelFixedSmall { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.01f, 480, true)
            : study.Run("cel-fixed", r => new CelFixed { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 920, true),
        ["cel-random"] = (study, small) => small
            ? study.Run("cel-random", r => new CelRandomSmall { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 680, true)
            : study.Run("cel-random", r => new CelRandom { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 920, true),
        ["cel-random-fixed"] = (study, small) => small
            ? study.Run("cel-random-fixed", r => new CelRandomFixedSmall { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 680, true)
            : study.Run("cel-random-fixed", r => new CelRandomFixed { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 920, true),
        ["cel-both"] = (study, small) => small
            ? study.Run("cel-both", Star<CelBothSmall>, 0.01f, 1240, true)
            : study.Run("cel-both", Star<CelBoth>, 0.003f, 1460, true),
        ["cel-both-free"] = (study, small) => small
            ? study.Run("cel-both-free", Star<CelBothFreeSmall>, 0.01f, 1480, true)
            : study.Run("cel-both-free", Star<CelBothFree>, 0.003f, 1460, true),
        ["cel-biased"] = (study, small) => small
            ? study.Run("cel-biased", r => new CelBiasedSmall { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 520, true)
            : study.Run("cel-biased", r => new CelBiased { User = r.User, Movie = r.Movie, Stars = r.Stars }, 0.003f, 920, true),
        ["cel-both-biased"] = (study, small) => small
            ? study.Run("cel-both-biased", Star<CelBothBiasedSmall>, 0.01f, 1240, true)
            : study.Run("cel-both-biased", Star<CelBothBiased>, 0.003f, 1460, true),
        ["cel-both-100"] = (study, _) => study.Run("cel-both-100", Star<CelBoth100>, 0.003f, 1460, true),
        ["cel-both-200"] = (study, _) => study.Run("cel-both-200", Star<CelBoth200>, 0.003f, 1460, true),
        ["cel-both-500"] = (study, _) => study.Run("cel-both-500", Star<CelBoth500>, 0.003f, 1460, true),
        ["cel-both-1000"] = (study, _) => study.Run("cel-both-1000", Star<CelBoth1000>, 0.003f, 2000, true),
        ["cel-both-2000"] = (study, _) => study.Run("cel-both-2000", Star<CelBoth2000>, 0.003f, 3000, true),
        ["cel-own"] = (study, small) => small
            ? study.Run("cel-own", Star<CelOwnSmall>, 0.01f, 600, true, s_roundings)
            : study.Run("cel-own", Star<CelOwn>, 0.01f, 600, true, s_roundings),
        ["cel-own-16"] = (study, _) => study.Run("cel-own-16", Star<CelOwn16>, 0.01f, 600, true, s_roundings),
        ["cel-own-24"] = (study, _) => study.Run("cel-own-24", Star<CelOwn24>, 0.01f, 600, true, s_roundings),
        ["cel-codes"] = (study, _) => study.Run("cel-codes", Star<CelCodes>, 0.01f, 24, false),
    };

    /// <summary>All names.</summary>
    public static string[] Names => [.. s_ranking.Keys, .. s_rating.Keys];

    /// <summary>Runs methods one after another.</summary>
    /// <param name="methods">Names.</param>
    /// <param name="ratings">The data set.</param>
    /// <param name="small">Whether it is the smaller one.</param>
    /// <param name="options">How to run them.</param>
    public static IEnumerable<ResultRow> Run(IEnumerable<string> methods, IReadOnlyList<Rating> ratings, bool small, StudyOptions options)
    {
        Lazy<RatingStudy> rating = new(() => new RatingStudy(ratings, options));
        RankingStudy ranking = new(ratings, options);
        return methods.SelectMany(name => s_ranking.TryGetValue(name, out var run) ? run(ranking) : s_rating[name](rating.Value, small));
    }

    private static TModel Star<TModel>(Rating rating)
        where TModel : Star, new() => new() { User = rating.User, Movie = rating.Movie, Stars = rating.Stars };
}
