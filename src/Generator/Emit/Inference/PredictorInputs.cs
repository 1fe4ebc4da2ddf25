using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>Writes the predictor's typed calls: keys to ids by each feature's policy, then the score.</summary>
internal sealed class PredictorInputs(ModelSpec model, SourceWriter w)
{
    public void Write()
    {
        WriteSingle();
        WriteBatch();
        WriteArrays();
        foreach (CategoricalSpec c in model.Categoricals)
        {
            WriteId(c);
        }
    }

    /// <summary>C# type of a key in the predictor; enums are their member names.</summary>
    public static string KeyTypeOf(CategoricalSpec c) => c.Key is KeyType.Text or KeyType.Enum ? "string" : c.Key == KeyType.Bool ? "bool" : c.Type.Replace("global::", "");

    private void WriteSingle()
    {
        w.Line("/// <summary>Score of one example. Text may be given as a string or a span; an empty bag is a zero vector.</summary>");
        w.Line("/// <exception cref=\"KeyNotFoundException\">A value is unknown and its feature refuses unknown values.</exception>");
        using (w.Block($"public float Predict({string.Join(", ", Parameters(single: true))})"))
        {
            string total = string.Join(" + ", model.Categoricals.Select(c => c.Bag == BagForm.None ? "1" : $"@{c.Property}.Length"));
            (string count, string ids, string offsets, string at, string key, string id) = (Local("total"), Local("ids"), Local("offsets"), Local("at"), Local("key"), Local("id"));
            w.Line($"int {count} = {total};");
            w.Line($"Span<int> {ids} = {count} <= 512 ? stackalloc int[512] : new int[{count}];");
            w.Line($"Span<int> {offsets} = stackalloc int[{model.Categoricals.Count + 1}];");
            w.Line($"int {at} = 0;");
            foreach ((CategoricalSpec c, int f) in model.Categoricals.Select((c, f) => (c, f)))
            {
                WriteIds(w, c, f, null, ids, offsets, at, key, id);
            }

            w.Line($"return this.PredictIds([{string.Join(", ", model.Numerics.Select(n => $"@{n.Property}"))}], {ids}, {offsets});");
        }

        w.Line();
    }

    /// <summary>Appends the ids of one feature to those of the features before it; a constant takes the place of a value that is not given.</summary>
    public static void WriteIds(SourceWriter w, CategoricalSpec c, int f, string? constant, string ids, string offsets, string at, string key, string id)
    {
        if (c.Bag == BagForm.None)
        {
            w.Line($"{ids}[{at}++] = {constant ?? $"this.{c.Property}Id(@{c.Property})"};");
        }
        else
        {
            string empty = c.Key is KeyType.Text or KeyType.Enum ? $"string.IsNullOrEmpty({key}) ? -1 : " : "";
            w.Lines($$"""
                foreach ({{KeyTypeOf(c)}} {{key}} in @{{c.Property}})
                {
                    int {{id}} = {{empty}}this.{{c.Property}}Id({{key}});
                    if ({{id}} >= 0)
                    {
                        {{ids}}[{{at}}++] = {{id}};
                    }
                }

                """);
        }

        w.Line($"{offsets}[{f + 1}] = {at};");
    }

    private void WriteBatch()
    {
        IEnumerable<string> names = model.Numerics.Select(n => n.Property).Concat(model.Categoricals.Select(c => c.Property));
        (string scores, string i) = (Local("scores"), Local("i"));
        w.Line("/// <summary>Scores of many examples given as columns of equal length.</summary>");
        w.Line("/// <exception cref=\"ArgumentException\">The columns differ in length.</exception>");
        using (w.Block($"public void Predict({string.Join(", ", Parameters(single: false))}, Span<float> {scores})"))
        {
            w.Line($"if ({string.Join(" || ", names.Select(n => $"@{n}.Length != {scores}.Length"))})");
            using (w.Braces())
            {
                w.Line($"throw new ArgumentException(\"All columns must have as many values as there are scores.\", nameof({scores}));");
            }

            using (w.Block($"for (int {i} = 0; {i} < {scores}.Length; {i}++)"))
            {
                w.Line($"{scores}[{i}] = this.Predict({string.Join(", ", names.Select(n => $"@{n}[{i}]"))});");
            }
        }
    }

    // For callers that cannot pass spans, such as reflection or other languages.
    private void WriteArrays()
    {
        IEnumerable<string> names = model.Numerics.Select(n => n.Property).Concat(model.Categoricals.Select(c => c.Property));
        string scores = Local("scores"), parameters = string.Join(", ", Parameters(single: false)).Replace("ReadOnlySpan<", "").Replace("> @", "[] @");
        w.Line();
        w.Line("/// <summary>Scores of many examples given as arrays of equal length.</summary>");
        w.Line("/// <exception cref=\"ArgumentException\">The columns differ in length.</exception>");
        w.Line($"public void Predict({parameters}, float[] {scores}) => this.Predict({string.Join(", ", names.Select(n => $"@{n}.AsSpan()"))}, {scores}.AsSpan());");
    }

    private string Local(string name) => Local(model, name);

    private IEnumerable<string> Parameters(bool single) => Parameters(model, single, null);

    /// <summary>A local name that is not the name of an input, which is a parameter of the calls.</summary>
    public static string Local(ModelSpec model, string name)
    {
        while (model.Numerics.Any(n => n.Property == name) || model.Categoricals.Any(c => c.Property == name))
        {
            name += "_";
        }

        return name;
    }

    /// <summary>The inputs as parameters of a call on one example or on columns; one of them may be left out.</summary>
    public static IEnumerable<string> Parameters(ModelSpec model, bool single, CategoricalSpec? without)
    {
        foreach (NumericSpec n in model.Numerics)
        {
            yield return single ? $"float @{n.Property}" : $"ReadOnlySpan<float> @{n.Property}";
        }

        foreach (CategoricalSpec c in model.Categoricals.Where(c => c != without))
        {
            string key = KeyTypeOf(c);
            yield return (single, c.Bag != BagForm.None) switch
            {
                (true, false) => $"{(key == "string" ? "ReadOnlySpan<char>" : key)} @{c.Property}",
                (true, true) => $"ReadOnlySpan<{key}> @{c.Property}",
                (false, false) => $"ReadOnlySpan<{key}> @{c.Property}",
                (false, true) => $"ReadOnlySpan<{key}[]> @{c.Property}",
            };
        }
    }

    private void WriteId(CategoricalSpec c)
    {
        bool text = c.Key is KeyType.Text or KeyType.Enum;
        string hash = text ? "HashText(key)" : "HashInteger(value)";
        string shown = text ? "key.ToString()" : "value";
        string count = c.Cardinality > 0 ? $"{c.Cardinality}" : $"_{c.Property}Count";
        string unknown = c.OutOfVocabulary switch
        {
            OutOfVocabularyKind.SharedRow => $"return {count};",
            OutOfVocabularyKind.HashedBucket => $"return {count} + (int)({hash} % {c.Buckets}UL);",
            OutOfVocabularyKind.Zero => "return -1;",
            _ => $"throw new KeyNotFoundException($\"{c.Property}: '{{{shown}}}' was not seen in training.\");",
        };
        string value = text ? "" : c.Key == KeyType.Bool ? "    long value = key ? 1 : 0;" : "    long value = key;";
        string check = text || c.Key == KeyType.Bool ? "" : $$"""
                if (value < 0)
                {
                    throw new ArgumentOutOfRangeException(nameof(key), $"{{c.Property}}: id {value} is negative.");
                }

            """;
        string known = c.Cardinality > 0
            ? $$"""
                if (value < {{c.Cardinality}})
                {
                    return (int)value;
                }
            """
            : $$"""
                if (_{{c.Property}}Ids.TryGetValue({{(text ? "key" : "value")}}, out int id))
                {
                    return id;
                }
            """;
        w.Line();
        w.Line($"/// <summary>Id of a value of {c.Property}; unknown values: {c.OutOfVocabulary}.</summary>");
        w.Line($"public int {c.Property}Id({(text ? "ReadOnlySpan<char>" : KeyTypeOf(c))} key)");
        w.Lines("{\n" + value + (value.Length > 0 ? "\n" : "") + check + known + "\n\n    " + unknown + "\n}");
    }
}
