using System.Linq;
using ModelGen.Generator.Hosts;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Lowering;

/// <summary>First pass: the host writes the forward graph, embeddings still abstract.</summary>
internal static class BuildForward
{
    public static Graph Run(ModelSpec model)
    {
        var builder = new GraphBuilder(model);
        Value score = model.Host.Kind switch
        {
            HostKind.Elsa => ElsaHost.Build(builder),
            HostKind.FactorizationMachine => FactorizationMachineHost.Build(builder),
            HostKind.Gmf => GmfHost.Build(builder),
            HostKind.NeuMf => NeuMfHost.Build(builder),
            HostKind.TwoTower => TwoTowerHost.Build(builder),
            HostKind.MatrixFactorization => MatrixFactorizationHost.Build(builder),
            _ => DlrmHost.Build(builder),
        };
        builder.Loss(score);
        return new Graph(
            model.Name, Ops.Table[builder.Forward[builder.Forward.Count - 1].Kind].Name, [.. model.Categoricals.Select(c => c.Property)],
            builder.Parameters, builder.Forward, [], [], [], []);
    }
}
