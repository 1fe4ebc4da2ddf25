using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>Compiled kernels on disk.</summary>
[TestClass]
public sealed class KernelCacheTests
{
    [TestMethod]
    public void SecondUseReadsTheFile()
    {
        using var folder = new TemporaryFolder();
        var compiler = new CountingCompiler();
        var cache = new KernelCache(folder["kernels"]);
        KernelImage first = cache.Get(compiler, Kernels.Axpy, "sm_80");
        KernelImage second = new KernelCache(folder["kernels"]).Get(compiler, Kernels.Axpy, "sm_80");
        Assert.AreEqual(1, compiler.Count);
        Assert.AreEqual(first.Format, second.Format);
        Assert.AreEqual("sm_80", second.Architecture);
        CollectionAssert.AreEqual(first.Bytes.ToArray(), second.Bytes.ToArray());
        Assert.AreEqual(1, Directory.GetFiles(folder["kernels"]).Length);
    }

    [TestMethod]
    public void EveryPartOfTheKeyCounts()
    {
        using var folder = new TemporaryFolder();
        var compiler = new CountingCompiler();
        var cache = new KernelCache(folder["kernels"]);
        KernelSource source = Kernels.Axpy;
        cache.Get(compiler, source, "sm_80");
        cache.Get(compiler, source, "sm_90");
        cache.Get(compiler, source with { Options = ["--use_fast_math"] }, "sm_80");
        cache.Get(compiler, source with { Text = source.Text + " " }, "sm_80");
        cache.Get(new CountingCompiler { Name = "another version" }, source, "sm_80");
        Assert.AreEqual(4, compiler.Count);
        Assert.AreEqual(5, Directory.GetFiles(folder["kernels"]).Length);
    }

    [TestMethod]
    public void DamagedFileIsRebuilt()
    {
        using var folder = new TemporaryFolder();
        var compiler = new CountingCompiler();
        var cache = new KernelCache(folder["kernels"]);
        byte[] expected = [.. cache.Get(compiler, Kernels.Axpy, "sm_80").Bytes];
        string path = cache.PathOf(compiler, Kernels.Axpy, "sm_80");
        byte[] whole = File.ReadAllBytes(path);
        List<byte[]> damaged = [[], whole[..10], whole[..^1], [.. whole, 0], new byte[whole.Length], Encoding.UTF8.GetBytes(new string('x', 4096))];
        for (int i = 0; i < whole.Length; i += 7)
        {
            byte[] flipped = [.. whole];
            flipped[i] ^= 0x10;
            damaged.Add(flipped);
        }

        foreach (byte[] content in damaged)
        {
            File.WriteAllBytes(path, content);
            int before = compiler.Count;
            CollectionAssert.AreEqual(expected, cache.Get(compiler, Kernels.Axpy, "sm_80").Bytes.ToArray());
            Assert.AreEqual(before + 1, compiler.Count);
            CollectionAssert.AreEqual(whole, File.ReadAllBytes(path));
        }
    }

    [TestMethod]
    public void WritersAtOnceLeaveOneWholeFile()
    {
        using var folder = new TemporaryFolder();
        var compiler = new CountingCompiler();
        string path = folder["kernels"];
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var cache = new KernelCache(path);
            KernelSource source = Kernels.Axpy with { Text = $"// {i % 4}\n{Kernels.Axpy.Text}" };
            KernelImage image = cache.Get(compiler, source, "sm_80");
            StringAssert.StartsWith(Encoding.UTF8.GetString([.. image.Bytes]), $"sm_80 // {i % 4}\n");
        });
        Assert.AreEqual(4, Directory.GetFiles(path).Length);
        Assert.IsTrue(Directory.GetFiles(path).All(file => file.EndsWith(".kernels", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void FolderThatCannotBeWrittenCostsOnlyTime()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["taken"], "a file, not a folder");
        var compiler = new CountingCompiler();
        var cache = new KernelCache(folder["taken"]);
        cache.Get(compiler, Kernels.Axpy, "sm_80");
        cache.Get(compiler, Kernels.Axpy, "sm_80");
        Assert.AreEqual(2, compiler.Count);
    }

    [TestMethod]
    public void CompiledKernelsComeBackFromTheDisk()
    {
        NvrtcCompiler compiler = Requires.Nvrtc();
        using var folder = new TemporaryFolder();
        var cache = new KernelCache(folder["kernels"]);
        KernelImage first = cache.Get(compiler, Kernels.Sums, "sm_90"), second = cache.Get(compiler, Kernels.Sums, "sm_90");
        Assert.AreEqual(KernelImageFormat.Cubin, second.Format);
        CollectionAssert.AreEqual(first.Bytes.ToArray(), second.Bytes.ToArray());
    }

    private sealed class CountingCompiler : IKernelCompiler
    {
        private int _count;

        public int Count => _count;

        public string Name { get; init; } = "counting";

        public string ArchitectureFor(CudaDeviceInfo device) => "sm_80";

        public KernelImage Compile(KernelSource source, string architecture)
        {
            Interlocked.Increment(ref _count);
            byte[] bytes = Encoding.UTF8.GetBytes($"{architecture} {source.Text}");
            return new KernelImage(source.Name, KernelImageFormat.Ptx, architecture, [.. bytes], "", ImmutableDictionary<string, KernelUsage>.Empty);
        }
    }
}
