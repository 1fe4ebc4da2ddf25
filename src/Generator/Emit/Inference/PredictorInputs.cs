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
                WriteIds(w, c, $"@{c.Property}", null, ids, $"{offsets}[{f + 1}]", at, key, id);
            }

            w.Line($"return this.PredictIds([{string.Join(", ", model.Numerics.Select(n => $"@{n.Property}"))}], {ids}, {offsets});");
        }

        w.Line();
    }

    /// <summary>Appends the ids of one feature to those of the features before it; a constant takes the place of a value that is not given.</summary>
    /// <param name="w">The target.</param>
    /// <param name="c">The feature.</param>
    /// <param name="value">Where the value or the bag is found.</param>
    /// <param name="constant">An id instead, or null.</param>
    /// <param name="ids">Name of the span of ids.</param>
    /// <param name="end">Where the end of the feature's ids is noted.</param>
    /// <param name="at">Name of the next place among the ids.</param>
    /// <param name="key">Name for a key.</param>
    /// <param name="id">Name for an id.</param>
    public static void WriteIds(SourceWriter w, CategoricalSpec c, string value, string? constant, string ids, string end, string at, string key, string id)
    {
        if (c.Bag == BagForm.None)
        {
            w.Line($"{ids}[{at}++] = {constant ?? $"this.{c.Property}Id({value})"};");
        }
        else
        {
            string empty = c.Key is KeyType.Text or KeyType.Enum ? $"string.IsNullOrEmpty({key}) ? -1 : " : "";
            w.Lines($$"""
                foreach ({{KeyTypeOf(c)}} {{key}} in {{value}})
                {
                    int {{id}} = {{empty}}this.{{c.Property}}Id({{key}});
                    if ({{id}} >= 0)
                    {
                        {{ids}}[{{at}}++] = {{id}};
                    }
                }

                """);
        }

        w.Line($"{end} = {at};");
    }

    private void WriteBatch()
    {
        IEnumerable<string> names = model.Numerics.Select(n => n.Property).Concat(model.Categoricals.Select(c => c.Property));
        (string scores, string first, string rows, string r, string i) = (Local("scores"), Local("first"), Local("rows"), Local("r"), Local("i"));
        (string total, string numerics, string ids, string offsets, string at, string key, string id) =
            (Local("total"), Local("numerics"), Local("ids"), Local("offsets"), Local("at"), Local("key"), Local("id"));
        (int features, int values) = (model.Categoricals.Count, model.Numerics.Count);
        w.Line("/// <summary>Scores of many examples given as columns of equal length, the same bits as one by one.</summary>");
        w.Line("/// <exception cref=\"ArgumentException\">The columns differ in length.</exception>");
        w.Line("/// <exception cref=\"KeyNotFoundException\">A value is unknown and its feature refuses unknown values.</exception>");
        using (w.Block($"public void Predict({string.Join(", ", Parameters(single: false))}, Span<float> {scores})"))
        {
            w.Line($"if ({string.Join(" || ", names.Select(n => $"@{n}.Length != {scores}.Length"))})");
            using (w.Braces())
            {
                w.Line($"throw new ArgumentException(\"All columns must have as many values as there are scores.\", nameof({scores}));");
            }

            if (values > 0)
            {
                w.Line($"Span<float> {numerics} = Room(ref t_numerics, {values} * BlockRows);");
            }

            using (w.Block($"for (int {first} = 0; {first} < {scores}.Length; {first} += BlockRows)"))
            {
                w.Line($"int {rows} = Math.Min(BlockRows, {scores}.Length - {first}), {at} = 0, {total} = {model.Categoricals.Count(c => c.Bag == BagForm.None)} * {rows};");
                foreach (CategoricalSpec c in model.Categoricals.Where(c => c.Bag != BagForm.None))
                {
                    w.Line($"for (int {i} = {first}; {i} < {first} + {rows}; {i}++) {total} += @{c.Property}[{i}]?.Length ?? 0;");
                }

                w.Line($"Span<int> {offsets} = Room(ref t_ids, ({features} * BlockRows) + 1 + {total}), {ids} = {offsets}.Slice(({features} * BlockRows) + 1);");
                w.Line($"{offsets}[0] = 0;");
                using (w.Block($"for (int {r} = 0, {i} = {first}; {r} < {rows}; {r}++, {i}++)"))
                {
                    foreach ((NumericSpec n, int j) in model.Numerics.Select((n, j) => (n, j)))
                    {
                        w.Line($"{numerics}[({values} * {r}) + {j}] = @{n.Property}[{i}];");
                    }

                    foreach ((CategoricalSpec c, int f) in model.Categoricals.Select((c, f) => (c, f)))
                    {
                        WriteIds(w, c, $"@{c.Property}[{i}]{(c.Bag == BagForm.None ? "" : " ?? []")}", null, ids, $"{offsets}[({features} * {r}) + {f + 1}]", at, key, id);
                    }
                }

                w.Line($"this.PredictIds({(values > 0 ? numerics : "default")}, {ids}, {offsets}, {scores}.Slice({first}, {rows}));");
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
        string shown = text ? "key.ToString()" : "value.ToString()";
        string count = c.Cardinality > 0 ? $"{c.Cardinality}" : $"_{c.Property}Ids.Count";
        string unknown = c.OutOfVocabulary switch
        {
            OutOfVocabularyKind.SharedRow => $"return {count};",
            OutOfVocabularyKind.HashedBucket => $"return {count} + (int)({hash} % {c.Buckets}UL);",
            OutOfVocabularyKind.Zero => "return -1;",
            _ => $"throw Unseen(\"{c.Property}\", {shown});",
        };
        string value = text ? "" : c.Key == KeyType.Bool ? "    long value = key ? 1 : 0;" : "    long value = key;";
        string check = text || c.Key == KeyType.Bool ? "" : $$"""
                if (value < 0)
                {
                    throw Negative("{{c.Property}}", value);
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
                int id = _{{c.Property}}Ids.Find({{(text ? "key" : "value")}});
                GC.KeepAlive(_owner);
                if (id >= 0)
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
