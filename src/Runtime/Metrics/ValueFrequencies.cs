using System;
using System.Collections.Immutable;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>How frequent the categorical values of each example were in the training split.</summary>
internal static class ValueFrequencies
{
    /// <summary>
    /// For every example the sum over the categorical features of log(1 + training count of its value), for a bag the mean over
    /// its values; an unknown value counts as never seen, an empty bag adds nothing.
    /// </summary>
    public static double[] Compute(int examples, ImmutableArray<KeyColumn> columns, ImmutableArray<Vocabulary> vocabularies)
    {
        double[] sums = new double[examples];
        for (int f = 0; f < vocabularies.Length; f++)
        {
            KeyColumn column = columns[f];
            double[] logs = Logs(vocabularies[f].Map(column), vocabularies[f].Counts);
            if (column.Offsets is not { } offsets)
            {
                for (int i = 0; i < sums.Length; i++)
                {
                    sums[i] += logs[column.Codes[i]];
                }

                continue;
            }

            for (int i = 0; i < sums.Length; i++)
            {
                double sum = 0;
                for (int p = offsets[i]; p < offsets[i + 1]; p++)
                {
                    sum += logs[column.Codes[p]];
                }

                sums[i] += sum / Math.Max(1, offsets[i + 1] - offsets[i]);
            }
        }

        return sums;
    }

    private static double[] Logs(int[] ids, long[] counts)
    {
        double[] logs = new double[ids.Length];
        for (int code = 0; code < ids.Length; code++)
        {
            logs[code] = (uint)ids[code] < (uint)counts.Length ? Math.Log(1.0 + counts[ids[code]]) : 0;
        }

        return logs;
    }
}
