using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>What a forward pass over one batch computed.</summary>
public sealed class ReferenceForward
{
    internal ReferenceForward(IrModel model, ReferenceBatch batch, ForwardPass pass)
    {
        Batch = batch;
        Values = pass.Values;
        KinkDistance = pass.KinkDistance;
        IrOp loss = model.Forward[^1];
        Losses = [.. pass.Values.PerExample(loss.Target).Select(v => v[0])];
        Scores = [.. pass.Values.PerExample(loss.Inputs[0]).Select(v => v[0])];
    }

    /// <summary>The batch.</summary>
    public ReferenceBatch Batch { get; }

    /// <summary>Mean of the losses over the batch.</summary>
    public double Loss => Losses.Sum() / Losses.Count;

    /// <summary>Loss of every example.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>Raw score (logit or value) of every example.</summary>
    public IReadOnlyList<double> Scores { get; }

    /// <summary>The least absolute value that met a ReLU; infinite without ReLUs. Central differences are exact only well inside it.</summary>
    public double KinkDistance { get; }

    internal Values Values { get; }

    /// <summary>A value of the forward section per example.</summary>
    /// <exception cref="KeyNotFoundException">The section defines no such value per example.</exception>
    public IReadOnlyList<double[]> Example(string name) => Values.PerExample(name);

    /// <summary>A value of the forward section per distinct known id of its feature.</summary>
    /// <exception cref="KeyNotFoundException">The section defines no such value per id.</exception>
    public IReadOnlyDictionary<int, double[]> Id(string name) => Values.PerId(name);
}
