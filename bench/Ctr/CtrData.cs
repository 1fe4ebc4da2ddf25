using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>Random examples with the distributions of the peer: bounded Pareto ids (exponent 1.05), uniform numerics, a quarter of clicks.</summary>
internal static class CtrData
{
    public static DataSet<TModel> Create<TModel>(int examples)
        where TModel : CtrFields, IEmbeddingModel<TModel>, new() => DataSet<TModel>.FromExamples(Examples<TModel>(examples));

    private static IEnumerable<TModel> Examples<TModel>(int count)
        where TModel : CtrFields, IEmbeddingModel<TModel>, new()
    {
        var random = new Random(1);
        long[] cardinalities = new long[TModel.Schema.Categoricals.Length];
        for (int f = 0; f < cardinalities.Length; f++)
        {
            cardinalities[f] = TModel.Schema.Categoricals[f].Cardinality;
        }

        for (int i = 0; i < count; i++)
        {
            int Id(int f) => ZipfId(random.NextDouble(), cardinalities[f]);
            float Value() => random.NextSingle();
            yield return new TModel
            {
                Clicked = random.NextDouble() < 0.25,
                N0 = Value(), N1 = Value(), N2 = Value(), N3 = Value(), N4 = Value(), N5 = Value(), N6 = Value(),
                N7 = Value(), N8 = Value(), N9 = Value(), N10 = Value(), N11 = Value(), N12 = Value(),
                C0 = Id(0), C1 = Id(1), C2 = Id(2), C3 = Id(3), C4 = Id(4), C5 = Id(5), C6 = Id(6), C7 = Id(7), C8 = Id(8),
                C9 = Id(9), C10 = Id(10), C11 = Id(11), C12 = Id(12), C13 = Id(13), C14 = Id(14), C15 = Id(15), C16 = Id(16), C17 = Id(17),
                C18 = Id(18), C19 = Id(19), C20 = Id(20), C21 = Id(21), C22 = Id(22), C23 = Id(23), C24 = Id(24), C25 = Id(25),
            };
        }
    }

    /// <summary>An id by the inverse of the distribution function of a bounded Pareto; <paramref name="u"/> is uniform in [0, 1).</summary>
    public static int ZipfId(double u, long cardinality)
    {
        const double A = 1 - 1.05;
        double x = Math.Pow((u * (Math.Pow(cardinality + 1.0, A) - 1)) + 1, 1 / A);
        return (int)Math.Min((long)x - 1, cardinality - 1);
    }
}
