using System;
using System.IO;
using System.Runtime.CompilerServices;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Generator.Tests.Harness;

/// <summary>
/// Compares text with a file under Goldens. With the environment variable MODELGEN_UPDATE_GOLDENS set to 1 the files are written
/// instead, and the review happens in the diff:
/// <code>MODELGEN_UPDATE_GOLDENS=1 dotnet test --project tests/Generator.Tests --filter "ClassName~Golden"</code>
/// Line ends do not matter.
/// </summary>
public static class Golden
{
    public const string Variable = "MODELGEN_UPDATE_GOLDENS";

    public static bool Updating => Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>The folder of the golden files in the source tree.</summary>
    public static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "Goldens");

    public static void Compare(string name, string actual)
    {
        string path = Path.Combine(Folder(), name);
        actual = Normal(actual);
        if (Updating)
        {
            Directory.CreateDirectory(Folder());
            File.WriteAllText(path, actual);
            return;
        }

        Assert.IsTrue(File.Exists(path), $"{name} does not exist; run with {Variable}=1 to write it");
        string[] expected = Normal(File.ReadAllText(path)).Split('\n'), lines = actual.Split('\n');
        for (int i = 0; i < Math.Max(expected.Length, lines.Length); i++)
        {
            string before = i < expected.Length ? expected[i] : "(end)", after = i < lines.Length ? lines[i] : "(end)";
            if (before != after)
            {
                Assert.Fail($"{name} differs in line {i + 1}:\n  golden: {before}\n  actual: {after}\nIf the change is meant, run with {Variable}=1 and review the diff.");
            }
        }
    }

    private static string Normal(string text) => text.Replace("\r", string.Empty).TrimEnd('\n') + "\n";
}
