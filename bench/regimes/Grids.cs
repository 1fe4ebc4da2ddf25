using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Regimes;

/// <summary>The settings tried: 18 for each method with a rate of its own for the tables, 6 for each with a single rate.</summary>
internal static class Grids
{
    private const float Sigma = 0.5f;

    /// <summary>The grid of a method under an optimiser.</summary>
    public static IReadOnlyList<Setting> Of(Method method, bool adagrad)
    {
        float[] towers = adagrad ? [0.1f, 0.2f, 0.4f] : [4, 8, 16];
        float[] rates = adagrad ? [0.02f, 0.05f, 0.1f, 0.2f, 0.4f, 0.8f] : [1, 2, 4, 8, 16, 32];
        return method switch
        {
            Method.Single or Method.MletOneRate => [.. rates.Select(rate => new Setting(rate, rate, rate, Sigma))],
            Method.Matched => Cross(towers, (adagrad ? [0.25f, 0.5f, 1, 2, 4, 8] : new float[] { 0.5f, 1, 2, 4, 8, 16 }).Select(table => (table, table, Sigma))),
            Method.FrozenFactor => Cross(towers, adagrad
                ? [(0.125f, 0, 0.25f), (0.25f, 0, 0.25f), (0.5f, 0, 0.25f), (0.125f, 0, 0.5f), (0.25f, 0, 0.5f), (0.5f, 0, 0.5f)]
                : [(0.0625f, 0, Sigma), (0.125f, 0, Sigma), (0.25f, 0, Sigma), (0.5f, 0, Sigma), (1, 0, Sigma), (2, 0, Sigma)]),
            _ => Cross(towers, adagrad
                ? [(0.125f, 0.04f, Sigma), (0.25f, 0.08f, Sigma), (0.5f, 0.15f, Sigma), (0.125f, 0.125f, Sigma), (0.25f, 0.25f, Sigma), (0.5f, 0.5f, Sigma)]
                : [(0.25f, 0.08f, Sigma), (0.5f, 0.15f, Sigma), (1, 0.3f, Sigma), (2, 0.6f, Sigma), (0.5f, 0.5f, Sigma), (1, 1, Sigma)]),
        };
    }

    /// <summary>Every tower rate with every (table, factor) multiple of it; a factor of 0 stands for a frozen P.</summary>
    private static List<Setting> Cross(float[] towers, IEnumerable<(float Table, float Factor, float Sigma)> forms) =>
        [.. from tower in towers
            from form in forms
            select new Setting(tower, tower * form.Table, form.Factor == 0 ? Setting.Frozen : tower * form.Factor, form.Sigma)];
}
