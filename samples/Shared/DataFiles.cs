using System.IO;

namespace ModelGen.Samples;

/// <summary>Finds the files of a data set.</summary>
internal static class DataFiles
{
    /// <summary>The path of a file in a data set's folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder does not hold the file.</exception>
    public static string Require(string folder, string file)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{folder}'. Give the folder of the data set, the one that holds {file}.");
        }

        string path = Path.Combine(folder, file);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"The folder '{folder}' does not hold {file}. Give the folder of this data set itself, or another --dataset.", path);
    }
}
