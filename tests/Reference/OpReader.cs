using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace ModelGen.Reference;

/// <summary>Reads the operations of one section and checks that every name they read was defined before.</summary>
internal sealed partial class OpReader(
    IReadOnlyList<string> features,
    IReadOnlyList<IrParameter> parameters,
    IReadOnlyDictionary<string, OpSignature> signatures,
    IEnumerable<string> before)
{
    private readonly HashSet<string> _values = [.. before];

    /// <summary>Values defined so far.</summary>
    public IReadOnlyCollection<string> Values => _values;

    public IrOp Read(int number, string line)
    {
        Match m = OpLine().Match(line);
        if (!m.Success)
        {
            throw new IrTextException(number, $"'{line}' is not an operation. Expected '<value> : <example|id(feature)|row(feature)|score(feature)|user> x <width> = <operation> ...' or '<parameter> += <operation> ...'");
        }

        string name = m.Groups["op"].Value, target = m.Groups["target"].Value;
        if (!signatures.TryGetValue(name, out OpSignature? signature))
        {
            throw new IrTextException(number, $"unknown operation '{name}'. Known here: {string.Join(", ", signatures.Keys)}");
        }

        bool accumulates = m.Groups["add"].Success;
        if (accumulates != signature.Accumulates)
        {
            throw new IrTextException(number, $"'{name}' {(signature.Accumulates ? "adds to a parameter ('+=')" : "defines a value ('=')")}");
        }

        string? feature = m.Groups["feature"].Success ? m.Groups["feature"].Value : null;
        if (feature is not null && !features.Contains(feature))
        {
            throw new IrTextException(number, $"'{feature}' is not a feature of the model");
        }

        string[] tokens = [.. m.Groups["rest"].Value.Split(' ').Where(t => t.Length > 0)];
        List<string> operands = [];
        Dictionary<string, string> attributes = [];
        bool relu = false;
        for (int i = 0; i < tokens.Length; i++)
        {
            int equals = tokens[i].IndexOf('=');
            if (equals > 0)
            {
                attributes[tokens[i][..equals]] = tokens[i][(equals + 1)..];
            }
            else if (name == "linear" && i > 0 && tokens[i] == "relu")
            {
                relu = true;
            }
            else if (attributes.Count > 0 || relu)
            {
                throw new IrTextException(number, $"operand '{tokens[i]}' follows the attributes");
            }
            else
            {
                operands.Add(tokens[i]);
            }
        }

        (string[] values, string[] read) = Operands(number, name, signature, operands);
        CheckAttributes(number, name, signature, attributes.Keys);
        var op = new IrOp(
            number, name, target, accumulates, feature, accumulates ? 0 : Integer(number, m.Groups["width"].Value), values, read,
            Pool(number, attributes), attributes.TryGetValue("vectors", out string? vectors) ? Integer(number, vectors) : 0,
            attributes.TryGetValue("at", out string? at) ? Integer(number, at) : 0, relu, attributes.GetValueOrDefault("mask"),
            attributes.ContainsKey("parts") ? IrQuantization.Parse(number, attributes["parts"], attributes["choices"], attributes["tiers"], attributes.ContainsKey("private"), attributes.ContainsKey("shared"), attributes.GetValueOrDefault("temperature", "0"), attributes.GetValueOrDefault("epsilon", "0")) : null,
            IrQuantization.Number(number, attributes.GetValueOrDefault("commitment", "0")), IrQuantization.Number(number, attributes.GetValueOrDefault("decay", attributes.GetValueOrDefault("momentum", "0"))), IrQuantization.Number(number, attributes.GetValueOrDefault("l2", "0")))
        {
            Domain = m.Groups["domain"].Value.Split('(')[0],
            Most = attributes.TryGetValue("most", out string? most) ? Integer(number, most) : 0,
        };
        Resolve(op);
        return op;
    }

    private static (string[] Values, string[] Parameters) Operands(int number, string name, OpSignature signature, List<string> operands)
    {
        int values = signature.Values < 0 ? operands.Count : signature.Values;
        int rest = operands.Count - values;
        if ((signature.Values < 0 && values == 0) || rest < signature.LeastParameters || rest > signature.MostParameters)
        {
            throw new IrTextException(number, $"'{name}' does not take {operands.Count} operands");
        }

        return ([.. operands.Take(values)], [.. operands.Skip(values)]);
    }

    private static void CheckAttributes(int number, string name, OpSignature signature, IEnumerable<string> given)
    {
        string[] attributes = [.. given];
        if (signature.Attributes.FirstOrDefault(a => !attributes.Contains(a)) is { } required)
        {
            throw new IrTextException(number, $"'{name}' needs {required}=");
        }

        if (attributes.FirstOrDefault(a => !signature.Attributes.Contains(a) && !(a == "mask" && name == "linear_input") && !(a == "most" && (name is "clip" or "clip_gradient")) && !(a is "private" or "shared" or "temperature" or "epsilon" && signature.Attributes.Contains("parts"))) is { } unknown)
        {
            throw new IrTextException(number, $"'{name}' takes no attribute '{unknown}'");
        }
    }

    private static string Pool(int number, Dictionary<string, string> attributes) =>
        attributes.GetValueOrDefault("pool", "none") is "none" or "sum" or "mean"
            ? attributes.GetValueOrDefault("pool", "none")
            : throw new IrTextException(number, $"pool '{attributes["pool"]}' is not one of none, sum, mean");

    private static int Integer(int number, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new IrTextException(number, $"'{text}' is not a non-negative integer");

    private void Resolve(IrOp op)
    {
        if (op.Inputs.Concat(op.Mask is null ? [] : [op.Mask]).FirstOrDefault(v => !_values.Contains(v)) is { } undefined)
        {
            throw new IrTextException(op.Line, $"value '{undefined}' is not defined before");
        }

        if (op.Parameters.Concat(op.Accumulates ? [op.Target] : []).FirstOrDefault(p => parameters.All(d => d.Name != p)) is { } undeclared)
        {
            throw new IrTextException(op.Line, $"parameter '{undeclared}' is not declared");
        }

        if (!op.Accumulates && !_values.Add(op.Target))
        {
            throw new IrTextException(op.Line, $"value '{op.Target}' is defined twice");
        }
    }

    [GeneratedRegex(@"^(?<target>\S+) (?:: (?<domain>example|user|(?:id|row|score)\((?<feature>[^)\s]+)\)) x (?<width>\d+) =|(?<add>\+=)) (?<op>\S+)(?<rest>(?: \S+)*)$")]
    private static partial Regex OpLine();
}
