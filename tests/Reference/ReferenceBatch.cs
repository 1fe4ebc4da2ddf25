using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>One example.</summary>
/// <param name="Label">The label.</param>
/// <param name="Numerics">Numeric inputs, already transformed.</param>
/// <param name="Ids">
/// Ids per feature in declaration order. A single value is a list of one id, -1 standing for an unknown value (the zero vector);
/// a bag may be empty, may repeat ids, and never holds -1.
/// </param>
public sealed record ReferenceExample(double Label, double[] Numerics, int[][] Ids);

/// <summary>A batch of examples.</summary>
public sealed class ReferenceBatch
{
    /// <summary>Creates a batch.</summary>
    /// <exception cref="ArgumentException">The batch is empty.</exception>
    public ReferenceBatch(params ReferenceExample[] examples)
    {
        if (examples.Length == 0)
        {
            throw new ArgumentException("A batch holds at least one example.", nameof(examples));
        }

        Examples = examples;
    }

    /// <summary>The examples.</summary>
    public IReadOnlyList<ReferenceExample> Examples { get; }

    /// <summary>Number of examples.</summary>
    public int Count => Examples.Count;

    /// <summary>The distinct known ids of a feature in order of first appearance.</summary>
    public IReadOnlyList<int> DistinctIds(int feature) => [.. Examples.SelectMany(e => e.Ids[feature]).Where(id => id >= 0).Distinct()];
}
