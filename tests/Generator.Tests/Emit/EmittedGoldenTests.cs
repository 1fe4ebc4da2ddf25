using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>
/// The emitted files of three small models, as a reader sees them. After a change of the emission, rewrite and review:
/// <code>MODELGEN_UPDATE_GOLDENS=1 dotnet test --project tests/Generator.Tests</code>
/// A new emitted file gets its golden file by the same command; a golden file that nothing emits any more fails the second test.
/// </summary>
[TestClass]
public sealed class EmittedGoldenTests
{
    private const string Suffix = ".golden";

    private static IEnumerable<KeyValuePair<string, string>> Emitted => Verify.Accepted(Sources.Dlrm).Files.Concat(Verify.Accepted(Sources.Fm).Files).Concat(Verify.Accepted(Sources.Elsa).Files);

    [TestMethod]
    public void The_emitted_text()
    {
        foreach ((string name, string text) in Emitted)
        {
            Golden.Compare(name + Suffix, text);
        }
    }

    [TestMethod]
    public void Every_golden_file_is_the_text_of_an_emitted_file()
    {
        string[] emitted = [.. Emitted.Select(e => e.Key + Suffix)];
        foreach (string path in Directory.GetFiles(Golden.Folder(), "*" + Suffix))
        {
            Assert.Contains(Path.GetFileName(path), emitted);
        }
    }

    [TestMethod]
    public void Emitted_text_has_line_feeds_only_and_no_trailing_spaces_in_code()
    {
        foreach ((string name, string text) in Emitted)
        {
            Assert.DoesNotContain('\r', text);
            Assert.AreEqual(-1, System.Array.FindIndex(text.Split('\n'), l => l.EndsWith(' ')), $"{name} has a line that ends in a space");
        }
    }
}
