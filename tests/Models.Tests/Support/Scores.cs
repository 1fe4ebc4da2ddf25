using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests.Support;

/// <summary>Comparison of scores.</summary>
internal static class Scores
{
    /// <summary>Scores agree within a tolerance, absolute up to 1 and relative above.</summary>
    public static void AreClose(float[] expected, float[] actual, double tolerance, string message)
    {
        Assert.AreEqual(expected.Length, actual.Length, message);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance * Math.Max(1, Math.Abs(expected[i])), $"{message}: example {i}");
        }
    }

    /// <summary>Scores differ between examples, so that a comparison of them means something.</summary>
    public static void AreVaried(float[] scores, string message)
    {
        Assert.IsTrue(Array.TrueForAll(scores, float.IsFinite), message);
        Assert.IsTrue(scores.Max() - scores.Min() > 1e-3, $"{message}: the scores are all alike, {scores.Min():g4} to {scores.Max():g4}");
    }
}
