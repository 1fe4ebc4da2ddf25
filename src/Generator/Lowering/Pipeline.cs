using System;
using System.Collections.Generic;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Lowering;

/// <summary>The printed graph after each pass; "no change" where a pass changed nothing.</summary>
public sealed class PassLog
{
    public List<(string Pass, string Text)> Entries { get; } = [];
}

/// <summary>The compiler is this list of passes; the verifier runs after each.</summary>
public static class Lower
{
    public static Graph Run(ModelSpec model, PassLog? log = null) => new Pipeline(log)
        .Then("build forward", _ => BuildForward.Run(model))
        .Then("expand embeddings", graph => ExpandEmbeddings.Run(graph, model))
        .Then("collapse", graph => Collapse.Run(graph, model))
        .Then("differentiate", Differentiate.Run)
        .Then("regularize", graph => Regularize.Run(graph, model.Host))
        .Then("fuse", Fuse.Run)
        .Graph;

    private sealed class Pipeline(PassLog? log)
    {
        private string _last = string.Empty;

        public Graph Graph { get; private set; } = null!;

        public Pipeline Then(string name, Func<Graph, Graph> pass)
        {
            Graph = pass(Graph);
            Verifier.Verify(Graph, name);
            if (log is not null)
            {
                string text = Printer.Print(Graph);
                log.Entries.Add((name, text == _last ? "no change" : text));
                _last = text;
            }

            return this;
        }
    }
}
