using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Writes Name.Model.g.cs: what a user calls, and the model's description for the runtime.</summary>
internal static class DescriptorEmitter
{
    public static string Emit(ModelSpec model, Graph graph, MemoryPlan plan)
    {
        var w = new SourceWriter();
        FileHeader.Write(w, model, "the public face and the description");
        Footprint.Write(w, model, graph, plan);
        using (w.Block($"partial {model.Keyword} {model.Name} : {(model.Host.Kind == HostKind.Elsa ? "IAutoencoder" : "IEmbeddingModel")}<{model.Name}>"))
        {
            PublicMembers(w, model);
            w.Line();
            SchemaEmitter.Write(w, model, graph, plan);
            w.Line();
            SchemaEmitter.WriteIr(w, graph);
            w.Line();
            w.Line($"static ModelSchema IModel<{model.Name}>.Schema => s_schema;");
            w.Line();
            Append(w, model);
        }

        return w.ToString();
    }

    private static void PublicMembers(SourceWriter w, ModelSpec model) => w.Lines($$"""
        /// <summary>Reads a CSV or TSV file (also .gz) with a header line.</summary>
        public static DataSet<{{model.Name}}> ReadCsv(string path, CsvOptions? options = null, CancellationToken cancellation = default) => DataSet<{{model.Name}}>.ReadCsv(path, options, cancellation);

        /// <summary>Reads all rows of a database query.</summary>
        public static DataSet<{{model.Name}}> Read(DbDataReader reader, CancellationToken cancellation = default) => DataSet<{{model.Name}}>.Read(reader, cancellationToken: cancellation);

        /// <summary>Takes examples from memory.</summary>
        public static DataSet<{{model.Name}}> From(IEnumerable<{{model.Name}}> examples) => DataSet<{{model.Name}}>.FromExamples(examples);

        /// <summary>Trains the model.</summary>
        {{(model.Host.Kind == HostKind.Elsa
            ? $"public static TrainedRetriever<{model.Name}> Train(DataSet<{model.Name}> data, RetrievalOptions? options = null, CancellationToken cancellation = default) => RetrievalTrainer.Train(data, options ?? new RetrievalOptions(), cancellation);"
            : $"public static TrainedModel<{model.Name}> Train(DataSet<{model.Name}> data, TrainingOptions? options = null, CancellationToken cancellation = default) => ModelTrainer.Train(data, options ?? new TrainingOptions(), cancellation);")}}

        /// <summary>The model as the compiler sees it: parameters, forward and backward pass, collapse and served form.</summary>
        public static string Explain() => IrText;
        """);

    private static void Append(SourceWriter w, ModelSpec model)
    {
        using (w.Block($"static void IModel<{model.Name}>.Append({model.Name} example, DataSetBuilder builder)"))
        {
            if (model.Label is { } label)
            {
                w.Line($"builder.AddLabel({Cast(label.Type)}example.@{label.Property});");
            }

            if (model.Timestamp is { } timestamp)
            {
                w.Line($"builder.AddTimestamp(example.@{timestamp.Property});");
            }

            foreach ((NumericSpec n, int i) in model.Numerics.Select((n, i) => (n, i)))
            {
                w.Line($"builder.AddNumeric({i}, {Cast(n.Type)}example.@{n.Property});");
            }

            foreach ((CategoricalSpec c, int f) in model.Categoricals.Select((c, f) => (c, f)))
            {
                if (c.Bag == BagForm.None)
                {
                    w.Line($"builder.AddKey({f}, {Key(c, $"example.@{c.Property}")});");
                    continue;
                }

                w.Line($"builder.BeginBag({f});");
                using (w.Block($"if (example.@{c.Property} is not null)"))
                {
                    using (w.Block($"foreach ({c.Type}{(c.Key == KeyType.Text ? "?" : "")} key in example.@{c.Property})"))
                    {
                        w.Line($"builder.AddToBag({f}, {Key(c, "key")});");
                    }
                }

                w.Line($"builder.EndBag({f});");
            }

            w.Line("builder.EndExample();");
        }

        foreach (CategoricalSpec c in model.Categoricals.Where(c => c.Key == KeyType.Enum))
        {
            w.Line();
            WriteEnumKey(w, c);
        }
    }

    /// <summary>An enum value as its member name, without reflection; an unnamed value as its number.</summary>
    public static void WriteEnumKey(SourceWriter w, CategoricalSpec c)
    {
        w.Line($"private static string {c.Property}Key({c.Type} value) => value switch");
        using (w.Braces("};"))
        {
            foreach (string name in c.EnumNames)
            {
                w.Line($"{c.Type}.@{name} => \"{name}\",");
            }

            w.Line("_ => ((long)value).ToString(global::System.Globalization.CultureInfo.InvariantCulture),");
        }
    }

    public static string Key(CategoricalSpec c, string value) => c.Key switch
    {
        KeyType.Bool => $"({value} ? 1L : 0L)",
        KeyType.Integer => $"(long){value}",
        KeyType.Enum => $"{c.Property}Key({value})",
        _ => value,
    };

    private static string Cast(string type) => type is "float" or "bool" ? string.Empty : "(float)";
}
