using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace ModelGen.Quality;

/// <summary>A row of the reference results: mean test AUC and log loss of two or three seeds, and half their range.</summary>
internal sealed record ReferenceRow(Combination Combination, Setting Setting, double Auc, double AucSpread, double LogLoss, double LogLossSpread)
{
    /// <summary>The mean AUC to reach.</summary>
    public double Bar => Auc - AucSpread;

    /// <summary>The reference results, in the order of their tables.</summary>
    public static IReadOnlyList<ReferenceRow> ReadAll() => [.. Lines(Path.Combine(AppContext.BaseDirectory, "reference.csv")).Select(f =>
        new ReferenceRow(new Combination(f[0], f[1], f[2]), SettingOf(f), Number(f[9]), Number(f[10]), Number(f[11]), Number(f[12])))];

    /// <summary>Settings that replace those of the reference, chosen on validation data.</summary>
    /// <param name="path">File with the columns of the reference's settings.</param>
    public static IReadOnlyDictionary<(Combination Combination, string Variant, int Inner, int Dimension), Setting> ReadTuned(string path) =>
        Lines(path).ToDictionary(f => (new Combination(f[0], f[1], f[2]), f[3], int.Parse(f[4], CultureInfo.InvariantCulture), int.Parse(f[8], CultureInfo.InvariantCulture)), SettingOf);

    private static Setting SettingOf(string[] f) => new(
        f[3], int.Parse(f[4], CultureInfo.InvariantCulture), int.Parse(f[8], CultureInfo.InvariantCulture), Number(f[5]), Number(f[6]), Number(f[7]));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Lines(string path) =>
        File.ReadLines(path).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(','));
}
