using System;
using System.IO;

namespace ModelGen.Tests;

/// <summary>A folder of its own for one test, removed afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelgen-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public string[] Files() => Array.ConvertAll(_folder.GetFiles(), file => file.Name);

    public void Dispose() => _folder.Delete(recursive: true);
}
