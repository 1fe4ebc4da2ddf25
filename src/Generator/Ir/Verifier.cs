using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Generator.Ir;

/// <summary>Raised when a pass produced a graph that breaks a rule; reported as MG9000 with the name of the pass.</summary>
public sealed class LoweringException(string message) : System.Exception(message);

/// <summary>Checks a graph after every pass: names unique, inputs defined before use, domains and shapes consistent.</summary>
public static class Verifier
{
    public static void Verify(Graph graph, string pass)
    {
        var parameters = new HashSet<Parameter>(graph.Parameters);
        var defined = new HashSet<Value>();
        Check(graph.Forward, parameters, defined, pass);
        Check(graph.Backward, parameters, defined, pass);
        Check(graph.Served, [.. graph.ServedParameters], [], pass);
        string? twice = graph.Parameters.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null)
        {
            throw new LoweringException($"after '{pass}': parameter {twice} is declared twice");
        }
    }

    private static void Check(IReadOnlyList<Op> ops, HashSet<Parameter> parameters, HashSet<Value> defined, string pass)
    {
        foreach (Op op in ops)
        {
            string where = $"after '{pass}': {Printer.Line(op)}";
            if (op.AllInputs.FirstOrDefault(v => !defined.Contains(v)) is { } missing)
            {
                throw new LoweringException($"{where}: {missing.Name} is not defined");
            }

            if (op.Parameters.FirstOrDefault(p => !parameters.Contains(p)) is { } unknown)
            {
                throw new LoweringException($"{where}: parameter {unknown.Name} is not declared");
            }

            if (Ops.Table[op.Kind].Check(op) is { } broken)
            {
                throw new LoweringException($"{where}: {broken}");
            }

            if (op.Result is { } result && !defined.Add(result))
            {
                throw new LoweringException($"{where}: {result.Name} is defined twice");
            }

            if (!Ops.ChecksDomains(op.Kind))
            {
                CheckDomains(op, where);
            }
        }
    }

    private static void CheckDomains(Op op, string where)
    {
        Domain? inputs = op.Inputs.Count == 0 ? null : op.Inputs[0].Domain;
        if (op.Inputs.Any(v => v.Domain != inputs || (v.Domain == Domain.Id && v.Feature != op.Inputs[0].Feature)))
        {
            throw new LoweringException($"{where}: mixes values of several domains");
        }

        Domain? expected = op.Kind switch
        {
            OpKind.Lookup => Domain.Example,
            OpKind.SegmentSum => Domain.Id,
            _ => inputs,
        };
        if (op.Result is not null && expected is not null && op.Result.Domain != expected)
        {
            throw new LoweringException($"{where}: result must be per {expected}");
        }
    }
}
