using System.Collections.Generic;

namespace ModelGen.Retrieval;

/// <summary>Settings of a data set, chosen on validation users.</summary>
/// <param name="Dimension">Width of the rows where none is asked for.</param>
/// <param name="DenseEpochs">Epochs of dense rows, of up to 256 floats where wider ones take fewer.</param>
/// <param name="FinalEpochs">Epochs of sparse rows at the final number of entries.</param>
/// <param name="Lambda">Penalty of EASE.</param>
/// <param name="FewerWhenWide">Whether rows of more than 256 floats take fewer epochs.</param>
internal sealed record Tuned(int Dimension, int DenseEpochs, int FinalEpochs, double Lambda, bool FewerWhenWide = false)
{
    private static readonly Dictionary<string, Tuned> s_sets = new()
    {
        ["ml-1m"] = new Tuned(1024, 20, 10, 500, FewerWhenWide: true),
        ["goodbooks"] = new Tuned(1024, 20, 10, 100),
        ["gowalla"] = new Tuned(1024, 20, 10, 100),
        ["uci-msweb"] = new Tuned(256, 40, 10, 10),
        ["uci-online-retail"] = new Tuned(1024, 40, 10, 100),
    };

    /// <summary>The settings of a data set.</summary>
    public static Tuned For(string dataset) => s_sets[dataset];

    /// <summary>Epochs of dense rows. With many pairs per user, wide rows begin to fit the training users too closely after fewer.</summary>
    public int Epochs(int dimension) => !FewerWhenWide ? DenseEpochs : dimension switch
    {
        > 512 => DenseEpochs / 2,
        > 256 => DenseEpochs * 3 / 5,
        _ => DenseEpochs,
    };
}
