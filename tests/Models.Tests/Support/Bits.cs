using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests.Support;

/// <summary>Equality to the last bit.</summary>
internal static class Bits
{
    /// <summary>All parameters and the optimiser state of a model, as the bits of their floats, and the clusters of ids.</summary>
    public static int[] Of(ModelState state) =>
    [
        .. state.Tables.SelectMany(t => Of(t.Values).Concat(t.State.SelectMany(Of)).Concat(t.Assignment is { } z ? [.. z.Clusters, z.Live] : [])),
        .. Of(state.Dense),
        .. state.DenseState.SelectMany(Of),
        .. Of(state.Transposed),
    ];

    public static int[] Of(float[] values) => MemoryMarshal.Cast<float, int>(values).ToArray();

    public static void AreEqual(int[] expected, int[] actual, string message)
    {
        Assert.AreEqual(expected.Length, actual.Length, message);
        int differing = expected.Zip(actual).Count(p => p.First != p.Second);
        Assert.AreEqual(0, differing, $"{message}: {differing} of {expected.Length} floats differ");
    }

    private static IEnumerable<int> Of(NativeFloats values) => Of(values.Span(0, (int)values.Length).ToArray());
}
