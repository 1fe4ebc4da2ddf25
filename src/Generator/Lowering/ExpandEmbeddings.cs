using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Lowering;

/// <summary>Replaces each abstract embedding by the lookup form of its parameterisation.</summary>
internal static class ExpandEmbeddings
{
    public static Graph Run(Graph graph, ModelSpec model)
    {
        var parameters = new List<Parameter>();
        var ops = new List<Op>();
        foreach (Op op in graph.Forward)
        {
            if (op.Kind == OpKind.Embed)
            {
                Expand(model.Categoricals[op.Result!.Feature], op.Result, model.Host, parameters, ops);
            }
            else
            {
                ops.Add(op);
            }
        }

        parameters.AddRange(graph.Parameters);
        return graph with { Parameters = parameters, Forward = ops };
    }

    // How the rows of a table start; hosts that multiply a user and an item start near zero.
    private static (Init Init, float Scale) Start(HostSpec host, int dimension) => host switch
    {
        { Kind: HostKind.Gmf or HostKind.NeuMf } => (Init.Normal, 0.01f),
        { Factorization.Biases: true } => (Init.Normal, 0.1f),

        // The mean of |N(0, 1)|^2 products is 2 / pi, so d of them with this scale have the mean label as their expected sum.
        { Factorization: not null } => (Init.HalfNormal, (float)Math.Sqrt(Math.PI / (2 * dimension))),
        _ => (Init.UniformByRows, 1),
    };

    private static void Expand(CategoricalSpec feature, Value result, HostSpec host, List<Parameter> parameters, List<Op> ops)
    {
        EmbeddingSpec e = feature.Embedding;
        string name = feature.Property;
        (Init Init, float Scale) start = Start(host, e.Dimension);
        switch (e.Kind)
        {
            case EmbeddingKind.Full or EmbeddingKind.Sparse when result.Domain == Domain.Row:
                int kept = e.Kept < e.Dimension ? e.Kept : 0;
                Gather(result, Declare(new Parameter($"{name}.A", result.Feature, true, RowIndexKind.Identity, 0, 0, e.Dimension, Group.Table, Init.Xavier, 1) { Kept = kept }));
                break;
            case EmbeddingKind.Full:
                Gather(result, Table("E", e.Dimension, start));
                break;
            case EmbeddingKind.Hashed:
                Gather(result, Table("E", e.Dimension, start, RowIndexKind.Remainder, e.Rows));
                break;
            case EmbeddingKind.Clustered:
                Parameter shared = Table("C", e.Dimension, start, RowIndexKind.Assignment, e.Clustered!.Clusters);
                if (e.Quantized is null && e.Clustered.PersonalFrom == 0)
                {
                    Gather(result, shared);
                    break;
                }

                // The cluster's vector and what the id adds to it, which starts at or near zero.
                Value c = new($"{name}.c", Domain.Id, result.Feature, e.Dimension), own = new($"{name}.r", Domain.Id, result.Feature, e.Dimension);
                Gather(c, shared);
                if (e.Quantized is { } residual)
                {
                    Quantize(residual, own, "R");
                }
                else
                {
                    Gather(own, Declare(new Parameter($"{name}.R", result.Feature, true, RowIndexKind.Identity, 0, 0, e.Dimension, Group.Table, Init.Zero, 0)));
                }

                ops.Add(new Op(OpKind.Add, result, [c, own], []));
                break;
            case EmbeddingKind.MultiLayer:
                Factored("T", "P", e.Inner, e.Sigma);
                break;
            case EmbeddingKind.LowRank:
                // Started so that the product has the variance of a plain table: k sigma^2 = 1.
                Factored("U", "V", e.Inner, (float)Math.Sqrt(1.0 / e.Inner));
                break;
            case EmbeddingKind.QuotientRemainder:
                // Symmetric start: remainder rows uniform in +-1, quotient rows scaled so that the product has the variance of a plain table.
                Value q = new($"{name}.q", Domain.Id, result.Feature, e.Dimension);
                Value r = new($"{name}.r", Domain.Id, result.Feature, e.Dimension);
                Gather(q, Declare(new Parameter($"{name}.Q", result.Feature, true, RowIndexKind.Quotient, e.Rows, 0, e.Dimension, Group.Table, Init.UniformByRows, (float)Math.Sqrt(3.0 / e.Rows))));
                Gather(r, Declare(new Parameter($"{name}.R", result.Feature, true, RowIndexKind.Remainder, e.Rows, 0, e.Dimension, Group.Table, Init.Uniform, 1)));
                ops.Add(new Op(OpKind.Multiply, result, [q, r], []));
                break;
            case EmbeddingKind.Quantized:
                Quantize(e.Quantized!, result, "C");
                break;
            default:
                throw new LoweringException($"embedding kind {e.Kind} has no lookup form");
        }

        void Factored(string left, string right, int inner, float sigma)
        {
            Value h = new($"{name}.h", Domain.Id, result.Feature, inner);
            Gather(h, Table(left, inner, (Init.UniformByRows, 1)));
            Parameter factor = Declare(new Parameter($"{name}.{right}", result.Feature, false, RowIndexKind.Identity, 0, inner, e.Dimension, Group.Factor, Init.Normal, sigma));
            ops.Add(new Op(OpKind.Project, result, [h], [factor]));
        }

        void Quantize(QuantizedSpec spec, Value vector, string centroids)
        {
            Value q = new($"{name}.q", Domain.Id, result.Feature, e.Dimension);
            float scale = spec.Temperature > 0 ? 0.1f : 0.01f;
            if (spec.Inner == 0)
            {
                Gather(q, Queries("Q", e.Dimension, scale));
            }
            else
            {
                // The product starts with the deviation of a plain table of queries.
                Value h = new($"{name}.h", Domain.Id, result.Feature, spec.Inner);
                Gather(h, Queries("T", spec.Inner, scale));
                Parameter factor = new($"{name}.P", result.Feature, false, RowIndexKind.Identity, 0, spec.Inner, e.Dimension, Group.Factor, Init.Normal, (float)Math.Sqrt(1.0 / spec.Inner));
                ops.Add(new Op(OpKind.Project, q, [h], [Declare(factor)]));
            }

            Parameter codebook = Declare(new Parameter($"{name}.{centroids}", result.Feature, false, RowIndexKind.Identity, 0, spec.Centroids, e.Dimension / spec.Parts * (spec.Shared ? 1 : spec.Parts), spec.Decay > 0 ? Group.Average : Group.Factor, Init.Normal, 0.01f));
            // Scores near zero let every key learn at first; the keys are long, so that the queries learn too.
            Parameter? keys = spec.Temperature > 0 ? Declare(codebook with { Name = $"{name}.K", Scale = 1 }) : null;
            Parameter? counts = spec.Decay > 0 ? Declare(codebook with { Name = $"{name}.N", Columns = spec.Shared ? 1 : spec.Parts, Init = Init.Zero, Scale = 0 }) : null;
            Parameter? moments = spec.NormalizeScores
                ? Declare(new Parameter($"{name}.B", result.Feature, false, RowIndexKind.Identity, 0, 3, spec.Centroids, Group.Average, Init.Zero, 0))
                : null;
            var quantization = new Quantization(spec.Parts, [.. spec.Choices], [.. spec.Tiers.Select(share => (decimal)share)], spec.Commitment)
            {
                Temperature = spec.Temperature, Keys = keys, Decay = spec.Decay, ReseedEvery = spec.ReseedEvery, Counts = counts, Private = spec.Private, Shared = spec.Shared, TierParts = [.. spec.TierParts],
                Statistics = moments,
            };
            ops.Add(new Op(OpKind.Quantize, vector, [q], [.. new[] { codebook, keys, moments }.OfType<Parameter>()], Quantization: quantization));
        }

        Parameter Table(string suffix, int width, (Init Init, float Scale) from, RowIndexKind index = RowIndexKind.Identity, int modulus = 0) =>
            Declare(new Parameter($"{name}.{suffix}", result.Feature, true, index, modulus, 0, width, Group.Table, from.Init, from.Scale, NonNegative: host.Factorization?.NonNegative == true));

        Parameter Queries(string suffix, int width, float scale) =>
            Declare(new Parameter($"{name}.{suffix}", result.Feature, true, RowIndexKind.Identity, 0, 0, width, Group.Table, Init.Normal, scale));

        Parameter Declare(Parameter parameter)
        {
            parameters.Add(parameter);
            return parameter;
        }

        void Gather(Value value, Parameter table) => ops.Add(new Op(OpKind.Gather, value, [], [table]));
    }
}
