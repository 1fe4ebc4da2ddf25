using System;
using System.Linq;
using ModelGen.Generator.Specs;

namespace ModelGen.Reference.Tests;

/// <summary>
/// A multi-layer model at a random point, one SGD step of it, and G, the gradient with respect to the product E = T P, which a
/// plain-table model at the same point gives without any rule of the multi-layer form.
/// </summary>
internal sealed class Mlet
{
    public const int Ids = 9;

    public Mlet(int inner, int dimension, double eta, int seed = 3, int examples = 4)
    {
        var random = new Random(seed);
        Model = New(inner, dimension, PoolingKind.None).Fill(random);
        Batch = new ReferenceBatch([.. Enumerable.Range(0, examples).Select(e => new ReferenceExample(e % 2, [], [[e % 3], [Ids - 1 - e]]))]);
        (T, P, E) = (Copy("A.T"), Copy("A.P"), Product());
        Gradients = Model.Backward(Batch);
        G = Plain(Model).Backward(Batch)["A.E"];
        new ReferenceOptimizer(Model, new ReferenceRates(ReferenceRule.Sgd, eta, eta, eta)).Step(Gradients);
        (NewT, NewP, NewE) = (Copy("A.T"), Copy("A.P"), Product());
    }

    /// <summary>The model, after the step.</summary>
    public ReferenceModel Model { get; }

    public ReferenceBatch Batch { get; }

    public ReferenceGradients Gradients { get; }

    public double[,] T { get; }

    public double[,] P { get; }

    public double[,] E { get; }

    public double[,] G { get; }

    public double[,] NewT { get; }

    public double[,] NewP { get; }

    public double[,] NewE { get; }

    /// <summary>G P^T P + T T^T G, the first-order change of E.</summary>
    public double[,] FirstOrder => G.Times(P.Transposed()).Times(P).Plus(T.Times(T.Transposed().Times(G)));

    /// <summary>G P^T T^T G.</summary>
    public double[,] SecondOrder => G.Times(P.Transposed()).Times(T.Transposed()).Times(G);

    /// <summary>A model of two multi-layer features.</summary>
    public static ReferenceModel New(int inner, int dimension, PoolingKind pooling) =>
        new(Specs.Print(Specs.Pair(Specs.Embedding(EmbeddingKind.MultiLayer, dimension, inner), pooling)), Ids, Ids);

    /// <summary>The plain-table model with the products of a multi-layer model as its tables.</summary>
    public static ReferenceModel Plain(ReferenceModel model)
    {
        int dimension = model.Parameters["A.P"].GetLength(1);
        var plain = new ReferenceModel(Specs.Print(Specs.Pair(Specs.Embedding(EmbeddingKind.Full, dimension))), Ids, Ids);
        ReferenceParameters served = model.Collapse();
        foreach (string name in plain.Parameters.Names)
        {
            plain.Parameters[name] = served[name];
        }

        return plain;
    }

    private double[,] Copy(string name) => (double[,])Model.Parameters[name].Clone();

    private double[,] Product() => Model.Parameters["A.T"].Times(Model.Parameters["A.P"]);
}
