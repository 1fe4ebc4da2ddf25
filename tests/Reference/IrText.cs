using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace ModelGen.Reference;

/// <summary>
/// Reads the printed form of a model. It knows the text only, nothing of the compiler that printed it, so a mistake of the
/// compiler cannot hide behind shared code.
/// </summary>
public static partial class IrText
{
    /// <summary>Parses a printed model.</summary>
    /// <exception cref="IrTextException">A line is malformed, names an unknown operation, or reads what is not defined.</exception>
    public static IrModel Parse(string text)
    {
        var lines = new LineReader(text);
        Match head = lines.Next(HeadLine(), "model <name> loss=<logistic|squared|ranking|cosine>");
        string[] features = lines.Next(FeaturesLine(), "features <names>").Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        List<IrParameter> parameters = Parameters(lines, "parameters", features);
        var forwardOps = new OpReader(features, parameters, OpSignature.Forward, []);
        List<IrOp> forward = Ops(lines, "forward", forwardOps);
        List<IrOp> backward = Ops(lines, "backward", new OpReader(features, parameters, OpSignature.Backward, forwardOps.Values));
        List<IrProduct> collapse = Products(lines, parameters);
        List<IrParameter> servedParameters = Parameters(lines, "served parameters", features);
        List<IrOp> served = Ops(lines, "served", new OpReader(features, servedParameters, OpSignature.Forward, []));
        lines.End();
        return new IrModel(head.Groups[1].Value, head.Groups[2].Value, features, parameters, forward, backward, collapse, servedParameters, served);
    }

    private static List<IrParameter> Parameters(LineReader lines, string title, string[] features)
    {
        var result = new List<IrParameter>();
        foreach ((int number, string line) in lines.Section(title))
        {
            IrParameter parameter = Parameter(number, line);
            if (result.Any(p => p.Name == parameter.Name))
            {
                throw new IrTextException(number, $"parameter '{parameter.Name}' is declared twice");
            }

            if (parameter.IsTable && !features.Contains(parameter.Feature))
            {
                throw new IrTextException(number, $"'{parameter.Feature}' is not a feature of the model");
            }

            result.Add(parameter);
        }

        return result;
    }

    private static IrParameter Parameter(int number, string line)
    {
        if (TableLine().Match(line) is { Success: true } t)
        {
            IrIndex index = t.Groups["index"].Value switch { "/" => IrIndex.Quotient, "%" => IrIndex.Remainder, "@" => IrIndex.Assignment, _ => IrIndex.Identity };
            int modulus = index == IrIndex.Identity ? 0 : Positive(number, t.Groups["modulus"].Value, "modulus");
            int kept = t.Groups["kept"].Success ? Positive(number, t.Groups["kept"].Value, "kept") : 0;
            return Build(t, t.Groups["feature"].Value, index, modulus, 0) with { Kept = kept };
        }

        if (DenseLine().Match(line) is { Success: true } d)
        {
            return Build(d, null, IrIndex.Identity, 0, Positive(number, d.Groups["rows"].Value, "rows"));
        }

        if (CodesLine().Match(line) is { Success: true } c)
        {
            IrQuantization codes = IrQuantization.Parse(number, c.Groups["parts"].Value, c.Groups["choices"].Value, c.Groups["tiers"].Value, c.Groups["private"].Success, c.Groups["shared"].Success, c.Groups["temperature"].Success ? c.Groups["temperature"].Value : "0", c.Groups["epsilon"].Success ? c.Groups["epsilon"].Value : "0");
            return new IrParameter(c.Groups["name"].Value, c.Groups["feature"].Value, IrIndex.Identity, 0, 0, codes.Parts, "zero", 0, IrGroup.Table, codes);
        }

        throw new IrTextException(number, $"'{line}' is not a parameter. Expected 'table <name> [<feature>] x <columns> ...', 'codes <name> [<feature>] ...' or 'dense <name> <rows> x <columns> ...'");

        IrParameter Build(Match m, string? feature, IrIndex index, int modulus, int rows) => new(
            m.Groups["name"].Value, feature, index, modulus, rows, Positive(number, m.Groups["columns"].Value, "columns"),
            m.Groups["init"].Value, Number(number, m.Groups["scale"].Value), Group(number, m.Groups["group"].Value), NonNegative: m.Groups["nonnegative"].Success);
    }

    private static List<IrOp> Ops(LineReader lines, string title, OpReader reader) =>
        [.. lines.Section(title).Select(line => reader.Read(line.Number, line.Text))];

    private static List<IrProduct> Products(LineReader lines, List<IrParameter> parameters)
    {
        var result = new List<IrProduct>();
        foreach ((int number, string line) in lines.Section("collapse"))
        {
            Match m = ProductLine().Match(line);
            if (!m.Success)
            {
                throw new IrTextException(number, $"'{line}' is not a product. Expected '<name> = product <table> <factor>' '<name> = nearest <table> <codebook>' '<name> = greatest <table> <keys>' '<name> = assignment <table>' or '<name> = unit <table>'");
            }

            string left = m.Groups["left"].Value, right = m.Groups["right"].Success ? m.Groups["right"].Value : left;
            string? factor = m.Groups["factor"].Success ? m.Groups["factor"].Value : null;
            string? moments = m.Groups["moments"].Success ? m.Groups["moments"].Value : null;
            foreach (string name in new[] { left, right, factor ?? left, moments ?? left })
            {
                if (parameters.All(p => p.Name != name))
                {
                    throw new IrTextException(number, $"parameter '{name}' is not declared");
                }
            }

            result.Add(new IrProduct(m.Groups[1].Value, left, right, factor, moments));
        }

        return result;
    }

    private static int Positive(int number, string text, string what) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw new IrTextException(number, $"{what} '{text}' is not a positive integer");

    private static double Number(int number, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new IrTextException(number, $"'{text}' is not a number");

    private static IrGroup Group(int number, string text) => text switch
    {
        "table" => IrGroup.Table,
        "factor" => IrGroup.Factor,
        "average" => IrGroup.Average,
        "tower" => IrGroup.Tower,
        "fixed" => IrGroup.Fixed,
        _ => throw new IrTextException(number, $"group '{text}' is not one of table, factor, average, tower, fixed"),
    };

    [GeneratedRegex(@"^model (\S+) loss=(logistic|squared|ranking|cosine)$")]
    private static partial Regex HeadLine();

    [GeneratedRegex(@"^features (\S+(?: \S+)*)$")]
    private static partial Regex FeaturesLine();

    [GeneratedRegex(@"^table (?<name>\S+) \[(?<feature>\S+)(?: (?<index>[/%@]) (?<modulus>\d+))?\] x (?<columns>\d+) init=(?<init>\S+) scale=(?<scale>\S+) group=(?<group>\S+)(?<nonnegative> nonnegative)?(?: kept=(?<kept>\d+))?$")]
    private static partial Regex TableLine();

    [GeneratedRegex(@"^dense (?<name>\S+) (?<rows>\d+) x (?<columns>\d+) init=(?<init>\S+) scale=(?<scale>\S+) group=(?<group>\S+)(?<nonnegative> nonnegative)?$")]
    private static partial Regex DenseLine();

    [GeneratedRegex(@"^codes (?<name>\S+) \[(?<feature>\S+)\] parts=(?<parts>\S+) choices=(?<choices>\S+) tiers=(?<tiers>\S+)(?<private> private=1)?(?<shared> shared=1)?(?: temperature=(?<temperature>\S+))?(?: epsilon=(?<epsilon>\S+))?$")]
    private static partial Regex CodesLine();

    [GeneratedRegex(@"^(\S+) = (?:(?:product|nearest|greatest) (?<left>\S+)(?: (?<factor>\S+))?? (?<right>\S+)(?: by (?<moments>\S+))?|(?:unit|assignment) (?<left>\S+))$")]
    private static partial Regex ProductLine();
}
