using System.Linq;
using System.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Lowering;

/// <summary>The printed graph after each pass. See <see cref="Golden"/> for how to rewrite the files.</summary>
[TestClass]
public sealed class LoweringGoldenTests
{
    [TestMethod]
    [DataRow("dlrm-mlet", Sources.Dlrm)]
    [DataRow("fm-quotient-remainder", Sources.Fm)]
    [DataRow("fm-quantized", Sources.Quantized)]
    [DataRow("elsa-sparse", Sources.Elsa)]
    public void The_graph_after_each_pass(string name, string source)
    {
        var log = new PassLog();
        Lower.Run(Driver.Spec(source), log);
        var text = new StringBuilder();
        foreach ((string pass, string graph) in log.Entries)
        {
            text.Append("==== after ").Append(pass).Append(" ====\n").Append(graph.TrimEnd('\n')).Append("\n\n");
        }

        Golden.Compare($"{name}.passes.txt", text.ToString());
    }

    [TestMethod]
    public void Every_pass_is_logged_in_order()
    {
        var log = new PassLog();
        Lower.Run(Driver.Spec(Sources.Dlrm), log);
        CollectionAssert.AreEqual(
            new[] { "build forward", "expand embeddings", "collapse", "differentiate", "regularize", "fuse" }, log.Entries.Select(e => e.Pass).ToArray());
    }

    [TestMethod]
    public void A_log_changes_nothing() =>
        Assert.AreEqual(Printer.Print(Lower.Run(Driver.Spec(Sources.Dlrm))), Printer.Print(Lower.Run(Driver.Spec(Sources.Dlrm), new PassLog())));
}
