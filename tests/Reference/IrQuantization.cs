using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>How codes are chosen: parts per vector, and for every tier of ids, most frequent first, choices and share of the vocabulary.</summary>
/// <param name="Parts">Codes per vector.</param>
/// <param name="Choices">Centroids that the ids of each tier may use, the first ones of the codebook.</param>
/// <param name="Tiers">Share of the vocabulary in each tier.</param>
public sealed record IrQuantization(int Parts, IReadOnlyList<int> Choices, IReadOnlyList<decimal> Tiers)
{
    /// <summary>Centroids that an id may use.</summary>
    /// <param name="id">The id; ids beside the vocabulary are in the last tier.</param>
    /// <param name="vocabulary">Known values of the feature.</param>
    public int ChoicesOf(int id, int vocabulary)
    {
        decimal end = 0;
        for (int t = 0; t < Choices.Count - 1; t++)
        {
            end += Tiers[t];
            if (id < Math.Floor(end * vocabulary))
            {
                return Choices[t];
            }
        }

        return Choices[^1];
    }

    /// <summary>Per part, the first of the nearest centroids that an id may use.</summary>
    public int[] Nearest(double[] query, double[,] codebook, int choices)
    {
        int width = query.Length / Parts;
        return [.. Enumerable.Range(0, Parts).Select(part => Enumerable.Range(0, choices).MinBy(k =>
            Enumerable.Range(part * width, width).Sum(c => (query[c] - codebook[k, c]) * (query[c] - codebook[k, c]))))];
    }

    /// <summary>The centroids of codes, one after another.</summary>
    public double[] Decode(IReadOnlyList<int> codes, double[,] codebook)
    {
        int width = codebook.GetLength(1) / Parts;
        return [.. Enumerable.Range(0, codebook.GetLength(1)).Select(c => codebook[codes[c / width], c])];
    }

    internal static IrQuantization Parse(int line, string parts, string choices, string tiers)
    {
        int[] numbers = [.. choices.Split(',').Select(k => Integer(line, k))];
        decimal[] shares = [.. tiers.Split(',').Select(t => (decimal)Number(line, t))];
        return numbers.Length == shares.Length
            ? new IrQuantization(Integer(line, parts), numbers, shares)
            : throw new IrTextException(line, $"{numbers.Length} choices for {shares.Length} tiers");
    }

    internal static double Number(int line, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new IrTextException(line, $"'{text}' is not a number");

    private static int Integer(int line, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw new IrTextException(line, $"'{text}' is not a positive integer");
}
