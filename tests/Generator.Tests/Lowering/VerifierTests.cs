using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Lowering;

/// <summary>The verifier accepts what the passes make and names what is broken in a graph that was tampered with.</summary>
[TestClass]
public sealed class VerifierTests
{
    private static Graph Sound { get; } = Lower.Run(Driver.Spec(Sources.Dlrm));

    private static void Breaks(Graph graph, string part)
    {
        LoweringException e = Assert.ThrowsExactly<LoweringException>(() => Verifier.Verify(graph, "test"));
        Assert.Contains("after 'test'", e.Message);
        Assert.Contains(part, e.Message);
    }

    private static Op[] Forward(OpKind kind, Func<Op, Op> change)
    {
        Op[] ops = [.. Sound.Forward];
        int at = Array.FindIndex(ops, op => op.Kind == kind);
        ops[at] = change(ops[at]);
        return ops;
    }

    [TestMethod]
    public void A_graph_of_the_passes_is_sound() => Verifier.Verify(Sound, "test");

    [TestMethod]
    public void A_value_used_before_it_is_defined() =>
        Breaks(Sound with { Forward = [.. Sound.Forward.Skip(1)], Backward = [] }, $"{Sound.Forward[0].Result!.Name} is not defined");

    [TestMethod]
    public void Operations_in_the_wrong_order() => Breaks(Sound with { Forward = [.. Sound.Forward.Reverse()], Backward = [] }, "is not defined");

    [TestMethod]
    public void A_backward_operation_that_reads_a_value_of_no_pass() =>
        Breaks(Sound with { Backward = [new Op(OpKind.ColumnSum, null, [new Value("ghost", Domain.Example, -1, 1)], [Sound.Parameters.Last()])] }, "ghost is not defined");

    [TestMethod]
    public void A_mask_that_is_not_defined() =>
        Breaks(Sound with { Backward = [.. Sound.Backward.Select(op => op.Mask is null ? op : op with { Mask = op.Mask with { Name = "ghost" } })] }, "ghost is not defined");

    [TestMethod]
    public void A_result_of_the_wrong_width() =>
        Breaks(Sound with { Forward = Forward(OpKind.Pairs, op => op with { Result = op.Result! with { Width = 4 } }) }, "result has width 4, expected 3");

    [TestMethod]
    public void A_value_used_with_another_width_than_it_was_defined_with() =>
        Breaks(Sound with { Forward = Forward(OpKind.Lookup, op => op with { Inputs = [op.Inputs[0] with { Width = 9 }] }) }, "is not defined");

    [TestMethod]
    public void A_weight_that_does_not_fit_its_input()
    {
        Parameter wide = Sound.Parameters.First(p => p.Name == "top0.W") with { Rows = 99 };
        Graph graph = Sound with
        {
            Parameters = [.. Sound.Parameters.Select(p => p.Name == wide.Name ? wide : p)],
            Forward = [.. Sound.Forward.Select(op => op.Parameters.Any(p => p.Name == wide.Name) ? op with { Parameters = [wide, op.Parameters[1]] } : op)],
        };
        Breaks(graph, "input has width 7, expected 99");
    }

    [TestMethod]
    public void A_parameter_that_is_not_declared() =>
        Breaks(Sound with { Parameters = [.. Sound.Parameters.Where(p => p.Name != "User.T")] }, "parameter User.T is not declared");

    [TestMethod]
    public void A_served_parameter_that_is_not_declared() =>
        Breaks(Sound with { ServedParameters = [.. Sound.ServedParameters.Where(p => p.Name != "User.E")] }, "parameter User.E is not declared");

    [TestMethod]
    public void A_value_defined_twice() =>
        Breaks(Sound with { Forward = [.. Sound.Forward.Take(1), .. Sound.Forward] }, $"{Sound.Forward[0].Result!.Name} is defined twice");

    [TestMethod]
    public void A_parameter_declared_twice() =>
        Breaks(Sound with { Parameters = [.. Sound.Parameters, Sound.Parameters[0] with { Scale = 7 }] }, $"parameter {Sound.Parameters[0].Name} is declared twice");

    [TestMethod]
    public void Values_of_an_id_and_of_an_example_in_one_operation()
    {
        Value user = Sound.Forward.First(op => op.Kind == OpKind.Project).Result!, example = Sound.Forward.First(op => op.Kind == OpKind.Lookup).Result!;
        Breaks(After(new Op(OpKind.Multiply, example with { Name = "mixed" }, [example, user], [])), "mixes values of several domains");
    }

    [TestMethod]
    public void Values_of_the_ids_of_two_features_in_one_operation()
    {
        Value[] vectors = [.. Sound.Forward.Where(op => op.Kind == OpKind.Project).Select(op => op.Result!)];
        Breaks(After(new Op(OpKind.Multiply, vectors[0] with { Name = "mixed" }, [vectors[0], vectors[1]], [])), "mixes values of several domains");
    }

    [TestMethod]
    public void A_lookup_that_stays_on_ids()
    {
        Value user = Sound.Forward.First(op => op.Kind == OpKind.Project).Result!;
        Breaks(After(new Op(OpKind.Lookup, user with { Name = "stays" }, [user], [])), "result must be per Example");
    }

    [TestMethod]
    public void A_gather_from_something_that_is_no_table()
    {
        Parameter dense = Sound.Parameters.First(p => !p.IsTable);
        Breaks(After(new Op(OpKind.Gather, new Value("rows", Domain.Id, 0, dense.Columns), [], [dense])), "takes one table");
    }

    [TestMethod]
    public void Every_operation_kind_has_a_row_in_the_table_and_a_name_of_its_own()
    {
        CollectionAssert.AreEquivalent(Enum.GetValues<OpKind>(), Ops.Table.Keys.ToArray());
        Assert.AreEqual(Ops.Table.Count, new HashSet<string>(Ops.Table.Values.Select(o => o.Name)).Count);
    }

    private static Graph After(Op op) => Sound with { Forward = [.. Sound.Forward, op], Backward = [] };
}
