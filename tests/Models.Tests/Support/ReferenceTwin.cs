using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using ModelGen.Compiled;
using ModelGen.Reference;

namespace ModelGen.Tests.Support;

/// <summary>The double-precision interpreter beside a compiled model: same text, same start values, same examples, same update rule.</summary>
internal sealed class ReferenceTwin
{
    private readonly ModelState _state;
    private readonly ReferenceExample[] _examples;
    private readonly ReferenceOptimizer _optimizer;

    /// <summary>Copies the parameters of a model and the examples of a data set.</summary>
    public ReferenceTwin(ModelState state, DataSet data, Type model)
    {
        _state = state;
        Model = new ReferenceModel(state.Schema.Ir, [.. state.Vocabularies.Select(v => (int)v.Rows)]);
        Model.SetVocabulary([.. state.Vocabularies.Select(v => v.Count)]);
        foreach ((string name, float[] values, int stride) in Parameters())
        {
            Model.Parameters.Set(name, values, stride);
        }

        foreach (Table table in state.Tables.Where(t => t.Assignment is not null))
        {
            Model.SetClusters(table.Parameter.Name, table.Assignment!.Clusters);
        }

        _optimizer = new ReferenceOptimizer(Model, Rates(state.Schema.Optimizer, model));
        _examples = Examples(state, data);
    }

    public ReferenceModel Model { get; }

    /// <summary>Takes one step and returns the mean loss before it.</summary>
    public double Step(ReadOnlySpan<int> examples)
    {
        ReferenceBatch batch = Batch(examples);
        double loss = Model.Loss(batch);
        _optimizer.Step(Model.Backward(batch));
        return loss;
    }

    public ReferenceBatch Batch(ReadOnlySpan<int> examples)
    {
        List<ReferenceExample> batch = [];
        foreach (int example in examples)
        {
            batch.Add(_examples[example]);
        }

        return new ReferenceBatch([.. batch]);
    }

    /// <summary>The greatest difference of any parameter, and its name.</summary>
    public (double Difference, string Name) Worst() =>
        Parameters().Select(p => (Model.Parameters.MaxDifference(p.Name, p.Values, p.Stride), p.Name)).Max();

    private IEnumerable<(string Name, float[] Values, int Stride)> Parameters()
    {
        foreach (Table table in _state.Tables)
        {
            yield return (table.Parameter.Name, table.Values.Span(0, (int)table.Values.Length).ToArray(), 0);
        }

        foreach (DenseParameter dense in _state.Schema.Dense)
        {
            yield return (dense.Name, _state.Dense.Span(dense.Offset, dense.Floats).ToArray(), dense.Stride);
        }
    }

    private static ReferenceRates Rates(OptimizerSchema schema, Type model)
    {
        // Epsilon is a literal of the generated code and not part of the description.
        OptimizerAttribute? attribute = model.GetCustomAttribute<OptimizerAttribute>();
        float epsilon = attribute is null ? new AdagradAttribute().Epsilon : (float?)attribute.GetType().GetProperty("Epsilon")?.GetValue(attribute) ?? 0;
        return new ReferenceRates(
            Enum.Parse<ReferenceRule>(schema.Kind.ToString()), schema.TableLearningRate, schema.FactorLearningRate, schema.TowerLearningRate,
            epsilon, schema.Beta1, schema.Beta2, schema.Lazy, schema.MomentumDecay);
    }

    private static ReferenceExample[] Examples(ModelState state, DataSet data)
    {
        int[][] maps = [.. state.Vocabularies.Select((v, f) => v.Map(data.Categoricals[f]))];
        return [.. Enumerable.Range(0, data.Count).Select(i => new ReferenceExample(
            data.Labels[i],
            [.. data.Numerics.Select((n, j) => (double)NumericStatistics.Apply(state.Schema.Numerics[j].Transform, state.Scalings[j], n[i]))],
            [.. data.Categoricals.Select((c, f) => Ids(c, maps[f], i))]))];
    }

    private static int[] Ids(KeyColumn column, int[] map, int example) => column.Offsets is { } offsets
        ? [.. column.Codes[offsets[example]..offsets[example + 1]].Select(code => map[code]).Where(id => id >= 0)]
        : [map[column.Codes[example]]];
}
