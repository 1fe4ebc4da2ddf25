using System;
using System.IO;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public sealed class AtomicFileTests
{
    [TestMethod]
    public void A_disk_error_leaves_the_old_file_and_no_temporary_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["model"], "old");
        var error = Assert.ThrowsExactly<ArtifactWriteException>(() => AtomicFile.Write(folder["model"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw new IOException("No space left on device.");
        }));
        StringAssert.Contains(error.Message, folder["model"]);
        StringAssert.Contains(error.Message, "No space left on device");
        Assert.AreEqual("old", File.ReadAllText(folder["model"]));
        CollectionAssert.AreEqual((string[])["model"], folder.Files());
    }

    [TestMethod]
    public void An_error_of_the_caller_passes_unchanged_and_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["model"], "old");
        Assert.ThrowsExactly<InvalidOperationException>(() => AtomicFile.Write(folder["model"], _ => throw new InvalidOperationException()));
        Assert.AreEqual("old", File.ReadAllText(folder["model"]));
        CollectionAssert.AreEqual((string[])["model"], folder.Files());
    }

    [TestMethod]
    public void A_file_is_replaced_and_missing_folders_are_made()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder["a"], "b", "model");
        Assert.AreEqual(3, AtomicFile.Write(path, stream => stream.Write([1, 2, 3])));
        Assert.AreEqual(1, AtomicFile.Write(path, stream => stream.Write([9])));
        CollectionAssert.AreEqual((byte[])[9], File.ReadAllBytes(path));
    }

    [TestMethod]
    public void A_path_that_cannot_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        Directory.CreateDirectory(folder["folder"]);
        foreach (string path in new[] { Path.Combine(folder["file"], "model"), folder["folder"] })
        {
            var error = Assert.ThrowsExactly<ArtifactWriteException>(() => AtomicFile.Write(path, _ => { }));
            StringAssert.Contains(error.Message, path);
            Assert.AreEqual(path, error.Path);
        }
    }
}
