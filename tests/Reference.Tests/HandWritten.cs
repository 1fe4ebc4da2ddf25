using System.Linq;

namespace ModelGen.Reference.Tests;

/// <summary>A model written by hand, score = w[id] + bias with squared loss: small enough to follow on paper.</summary>
internal static class HandWritten
{
    public const string Text = """
        model Line loss=squared
        features A
        parameters
          table A.w [A] x 1 init=zero scale=0 group=tower
          table A.E [A] x 2 init=zero scale=0 group=table
          dense A.P 1 x 1 init=zero scale=0 group=factor
          dense bias 1 x 1 init=zero scale=0 group=tower
        forward
          A.w1 : id(A) x 1 = gather A.w
          A.p : id(A) x 1 = project A.w1 A.P
          A.w0 : example x 1 = lookup A.w1 pool=none
          score : example x 1 = offset A.w0 bias
          loss : example x 1 = squared score
        backward
          d.score : example x 1 = squared_gradient score
          bias += column_sum d.score
          d.A.w1 : id(A) x 1 = segment_sum d.score pool=none
          A.w += scatter d.A.w1
        collapse
        served parameters
          table A.w [A] x 1 init=zero scale=0 group=tower
          dense bias 1 x 1 init=zero scale=0 group=tower
        served
          A.w1 : id(A) x 1 = gather A.w
          A.w0 : example x 1 = lookup A.w1 pool=none
          score : example x 1 = offset A.w0 bias
        """;

    /// <summary>A batch of one example per id, all labels 1.</summary>
    public static ReferenceBatch Batch(params int[] ids) => new([.. ids.Select(id => new ReferenceExample(1, [], [[id]]))]);
}
