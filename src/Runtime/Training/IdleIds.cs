using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// What a model says of ids without training data, such as the row of unknown values when training had none: they join the cluster with
/// the most data, and in a factorisation their row is the mean row of the others. Placed at the end of every epoch.
/// </summary>
internal sealed class IdleIds
{
    private readonly List<(Table Table, int[] Counts)> _clustered = [];
    private readonly List<(Table Table, int[] Counts)> _averaged = [];

    /// <summary>Counts the data of the ids of a model.</summary>
    /// <param name="state">The model.</param>
    /// <param name="data">Training examples.</param>
    /// <param name="averageRows">Whether rows without data become the mean of the others.</param>
    public IdleIds(ModelState state, DataSet data, bool averageRows)
    {
        foreach (Table table in state.Tables)
        {
            int feature = table.Parameter.Feature;
            bool isResidual = table.Parameter.Group == ParameterGroup.Table && state.Schema.Categoricals[feature].Clusters is not null;
            if (table.Assignment is not null || (averageRows && table.Parameter.Index == RowIndex.Identity && !isResidual))
            {
                int[] counts = ClusterData.Count(data, feature, state.Vocabularies[feature]);
                if (counts.Contains(0))
                {
                    (table.Assignment is null ? _averaged : _clustered).Add((table, counts));
                }
            }
        }
    }

    /// <summary>Places them.</summary>
    public void Place()
    {
        foreach ((Table table, int[] counts) in _clustered)
        {
            ClusterData.PlaceIdle(table.Assignment!, counts);
        }

        foreach ((Table table, int[] counts) in _averaged)
        {
            Average(table, counts);
        }
    }

    private static void Average(Table table, int[] counts)
    {
        int width = table.Parameter.Width;
        double[] sum = new double[width];
        int rows = 0;
        for (int id = 0; id < counts.Length; id++)
        {
            for (int c = 0; c < width && counts[id] > 0; c++)
            {
                sum[c] += table.Values.At(((long)id * width) + c);
            }

            rows += counts[id] > 0 ? 1 : 0;
        }

        for (int id = 0; id < counts.Length; id++)
        {
            for (int c = 0; c < width && counts[id] == 0 && rows > 0; c++)
            {
                table.Values.At(((long)id * width) + c) = (float)(sum[c] / rows);
            }
        }
    }
}
