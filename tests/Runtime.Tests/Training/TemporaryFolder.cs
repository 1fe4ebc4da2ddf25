using System;
using System.IO;

namespace ModelGen.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelgen-");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public string[] Files() => Directory.GetFiles(_folder.FullName);

    public void Dispose() => _folder.Delete(recursive: true);
}
