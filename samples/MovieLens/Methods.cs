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
        ["gmf-narrow"] = study => study.Run<GmfNarrow>("gmf-narrow"),
        ["lowrank"] = study => study.Run<GmfLowRank>("lowrank"),
        ["hashed"] = study => study.Run<GmfHashed>("hashed"),
        ["qr"] = study => study.Run<GmfQuotientRemainder>("qr"),
        ["dpq16"] = study => study.Run<GmfDpq16>("dpq16"),
        ["dpq32"] = study => study.Run<GmfDpq32>("dpq32"),
        ["mgqe16"] = study => study.Run<GmfMgqe16>("mgqe16"),
        ["mgqe-warm"] = study => study.RunWarm<GmfFull, GmfWarm>("mgqe-warm", plainEpochs: 12),
        ["mgqe"] = study => study.Run<GmfMgqe32>("mgqe"),
    };

    /// <summary>All names.</summary>
    public static string[] Names => [.. s_ranking.Keys];

    /// <summary>Runs a method.</summary>
    public static IEnumerable<ResultRow> Run(string method, IReadOnlyList<Rating> ratings, StudyOptions options) => s_ranking[method](new RankingStudy(ratings, options));
}
