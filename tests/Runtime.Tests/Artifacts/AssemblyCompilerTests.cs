using System;
using System.IO;
using System.Linq;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public sealed class AssemblyCompilerTests
{
    private const string Source = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Runtime.Intrinsics;
        using System.Text.Json;

        public static class Tiny
        {
            public static int Sum(int extra)
            {
                using Stream stream = typeof(Tiny).Assembly.GetManifestResourceStream("weights")!;
                var ids = new Dictionary<string, int> { ["extra"] = extra };
                using var json = JsonDocument.Parse("7");
                int sum = ids["extra"] + json.RootElement.GetInt32() + Vector128.Sum(Vector128.Create(1));
                for (int value; (value = stream.ReadByte()) >= 0;)
                {
                    sum += value;
                }

                return sum;
            }

            public static unsafe int First(ReadOnlySpan<int> values) { fixed (int* p = values) { return *p; } }
        }
        """;

    [TestMethod]
    public void A_compiled_file_loads_by_itself_and_reads_its_resource()
    {
        using var folder = new TemporaryFolder();
        long bytes = AssemblyCompiler.Compile(folder["Tiny.Inference.dll"], Source, [("weights", () => new MemoryStream([10, 20]))]);
        Assert.AreEqual(new FileInfo(folder["Tiny.Inference.dll"]).Length, bytes);
        using FileStream image = File.OpenRead(folder["Tiny.Inference.dll"]);
        AssertRuns(image);
        image.Position = 0;
        CollectionAssert.Contains(AssemblyCompiler.ReferencesOf(image).ToArray(), "System.Runtime");
    }

    [TestMethod]
    public void Without_a_reference_pack_the_running_framework_serves()
    {
        using MemoryStream image = AssemblyCompiler.Compile(
            "Tiny", Source, [("weights", () => new MemoryStream([10, 20]))], FrameworkReferences.OfRunningFramework());
        AssertRuns(image);
        image.Position = 0;
        Assert.IsTrue(AssemblyCompiler.ReferencesOf(image).All(name => name.StartsWith("System.")));
    }

    [TestMethod]
    public void The_same_source_gives_the_same_bytes()
    {
        byte[] Compile() => AssemblyCompiler.Compile("Tiny", Source, [("weights", () => new MemoryStream([1]))], FrameworkReferences.All).ToArray();
        CollectionAssert.AreEqual(Compile(), Compile());
    }

    [TestMethod]
    public void Compile_errors_carry_the_diagnostics_and_leave_no_file()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.ThrowsExactly<AssemblyCompilationException>(
            () => AssemblyCompiler.Compile(folder["Bad.dll"], "class A { int F() => \"text\"; Missing m; }", []));
        Assert.AreEqual(2, error.Diagnostics.Count);
        StringAssert.Contains(error.Message, "Bad.cs(1,22): error CS0029");
        StringAssert.Contains(error.Message, "Missing");
        Assert.AreEqual(0, folder.Files().Length);
    }

    [TestMethod]
    public void A_reference_outside_the_framework_is_refused()
    {
        MetadataReference foreign = MetadataReference.CreateFromFile(typeof(CollapsedTable).Assembly.Location);
        var error = Assert.ThrowsExactly<AssemblyCompilationException>(() => AssemblyCompiler.Compile(
            "Foreign", "public class A { public ModelGen.Compiled.CollapsedTable? Table; }", [], FrameworkReferences.All.Add(foreign)));
        StringAssert.Contains(error.Message, "ModelGen.Runtime; it may refer to the framework only");
    }

    [TestMethod]
    public void Resources_that_no_assembly_can_hold_are_refused()
    {
        using var folder = new TemporaryFolder();
        using (FileStream large = File.Create(folder["weights"]))
        {
            // The file system keeps a hole, so the length costs no disk.
            large.SetLength(2_100_000_000);
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => AssemblyCompiler.Compile(folder["Large.dll"], Source, [("weights", () => File.OpenRead(folder["weights"]))]));
        StringAssert.Contains(error.Message, "2,100,000,000 bytes");
    }

    private static void AssertRuns(Stream image)
    {
        var context = new AssemblyLoadContext("tiny", isCollectible: true);
        try
        {
            object? sum = context.LoadFromStream(image).GetType("Tiny")!.GetMethod("Sum")!.Invoke(null, [100]);
            Assert.AreEqual(100 + 7 + 4 + 30, sum);
        }
        finally
        {
            context.Unload();
        }
    }
}
