using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>How codes are chosen: parts per vector, and for every tier of ids, most frequent first, choices and share of the vocabulary.</summary>
/// <param name="Parts">Codes per vector.</param>
/// <param name="Choices">Centroids that the ids of each tier may use, the first ones of the codebook.</param>
/// <param name="Tiers">Share of the vocabulary in each tier.</param>
/// <param name="TierParts">Codes that are chosen per vector of each tier; each stands for as many parts as fit.</param>
/// <param name="Private">Whether each tier has centroids of its own, one tier's after the other's.</param>
/// <param name="Shared">Whether all parts share one set of centroids.</param>
/// <param name="Temperature">Temperature of the softmax form; 0 when the nearest centroid is chosen.</param>
public sealed record IrQuantization(
    int Parts, IReadOnlyList<int> Choices, IReadOnlyList<decimal> Tiers, IReadOnlyList<int> TierParts, bool Private, bool Shared, double Temperature = 0)
{
    /// <summary>What is added to the variances that scores are normalised with; 0 when they are not normalised.</summary>
    public double Epsilon { get; init; }

    /// <summary>The tier of an id.</summary>
    /// <param name="id">The id; ids beside the vocabulary are in the last tier.</param>
    /// <param name="vocabulary">Known values of the feature.</param>
    public int TierOf(int id, int vocabulary)
    {
        decimal end = 0;
        for (int t = 0; t < Choices.Count - 1; t++)
        {
            end += Tiers[t];
            if (id < Math.Floor(end * vocabulary))
            {
                return t;
            }
        }

        return Choices.Count - 1;
    }

    /// <summary>
    /// Per part, the row of the codebook that holds the first of the nearest centroids that a tier may use, or of the keys with the
    /// greatest inner product; with moments, of the greatest normalised score.
    /// </summary>
    public int[] Choose(double[] query, double[,] codebook, int tier, double[,]? moments = null)
    {
        int[] codes = [.. Enumerable.Range(0, TierParts[tier]).Select(part => Enumerable.Range(First(tier), Choices[tier]).MaxBy(k =>
            (Score(query, codebook, tier, part, k) - Mean(moments, k)) * Scale(moments, k)))];
        return [.. Enumerable.Range(0, Parts).Select(part => codes[part * TierParts[tier] / Parts])];
    }

    /// <summary>The score of a centroid for a part of a tier: the negative squared distance, or the inner product with the key.</summary>
    public double Score(double[] query, double[,] codebook, int tier, int part, int k)
    {
        int width = query.Length / TierParts[tier];
        return Temperature > 0
            ? Product(query, codebook, k, part * width, width)
            : -Enumerable.Range(part * width, width).Sum(c => Math.Pow(query[c] - codebook[k, Column(c, query.Length)], 2));
    }

    private static double Mean(double[,]? moments, int k) => moments?[1, k] ?? 0;

    // Where no batch had a score yet, scores are as they are.
    private double Scale(double[,]? moments, int k) => moments is null || moments[0, k] <= 0 ? 1 : 1 / Math.Sqrt(moments[2, k] + Epsilon);

    /// <summary>
    /// The gradient of the scores of one part of a tier under the softmax: p_k (g V_k - sum of p_l g V_l) / temperature, the score of
    /// centroid k being the inner product with its key, normalised if there are moments.
    /// </summary>
    public double[] ScoreGradient(double[] query, double[] gradient, double[,] keys, double[,] values, int tier, int part, double[,]? moments = null)
    {
        int width = query.Length / TierParts[tier];
        double[] scores = [.. Enumerable.Range(First(tier), Choices[tier]).Select(k => (Score(query, keys, tier, part, k) - Mean(moments, k)) * Scale(moments, k) / Temperature)];
        double[] shares = [.. scores.Select(a => Math.Exp(a - scores.Max()))];
        double total = shares.Sum();
        double[] outputs = [.. Enumerable.Range(First(tier), Choices[tier]).Select(k => Product(gradient, values, k, part * width, width))];
        double mean = shares.Zip(outputs, (p, t) => p / total * t).Sum();
        return [.. shares.Zip(outputs, (p, t) => p / total * (t - mean) / Temperature).Select((g, k) => g * Scale(moments, First(tier) + k))];
    }

    /// <summary>The first row of the codebook that a tier may use.</summary>
    public int First(int tier) => Private ? Choices.Take(tier).Sum() : 0;

    private double Product(double[] vector, double[,] matrix, int row, int first, int width) =>
        Enumerable.Range(first, width).Sum(c => vector[c] * matrix[row, Column(c, vector.Length)]);

    /// <summary>The centroids of codes, one after another.</summary>
    public double[] Decode(IReadOnlyList<int> codes, double[,] codebook, int width) =>
        [.. Enumerable.Range(0, width).Select(c => codebook[codes[c * Parts / width], Column(c, width)])];

    /// <summary>The column of the codebook that holds a dimension of a vector.</summary>
    public int Column(int dimension, int width) => Shared ? dimension % (width / Parts) : dimension;

    internal static IrQuantization Parse(int line, string parts, string choices, string tiers, bool isPrivate, bool shared, string temperature, string epsilon)
    {
        int[] numbers = [.. choices.Split(',').Select(k => Integer(line, k))];
        decimal[] shares = [.. tiers.Split(',').Select(t => (decimal)Number(line, t))];
        int[] tierParts = [.. parts.Split(',').Select(p => Integer(line, p))];
        tierParts = tierParts.Length == 1 ? [.. numbers.Select(_ => tierParts[0])] : tierParts;
        return numbers.Length == shares.Length && numbers.Length == tierParts.Length
            ? new IrQuantization(tierParts.Aggregate(LeastCommonMultiple), numbers, shares, tierParts, isPrivate, shared, Number(line, temperature)) { Epsilon = Number(line, epsilon) }
            : throw new IrTextException(line, $"{numbers.Length} choices for {shares.Length} tiers of {tierParts.Length} numbers of parts");
    }

    private static int LeastCommonMultiple(int a, int b) => Enumerable.Range(1, b).Select(i => i * a).First(multiple => multiple % b == 0);

    internal static double Number(int line, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new IrTextException(line, $"'{text}' is not a number");

    private static int Integer(int line, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw new IrTextException(line, $"'{text}' is not a positive integer");
}
