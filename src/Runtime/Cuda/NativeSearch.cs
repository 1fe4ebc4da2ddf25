using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelGen.Cuda;

/// <summary>
/// Finds NVIDIA's libraries under the names of CUDA 11.8 to 13. Imports are declared with the names <see cref="Driver"/>,
/// <see cref="Nvrtc"/> and <see cref="Cublas"/>; all are loaded explicitly first, so that a missing one can be explained.
/// </summary>
internal static class NativeSearch
{
    /// <summary>Import name of the driver library.</summary>
    public const string Driver = "modelgen-cuda";

    /// <summary>Import name of the compiler library.</summary>
    public const string Nvrtc = "modelgen-nvrtc";

    /// <summary>Import name of the matrix library.</summary>
    public const string Cublas = "modelgen-cublas";

    private static readonly Dictionary<string, nint> Loaded = [];

    static NativeSearch() => NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), Resolve);

    /// <summary>
    /// Loads the first candidate that can be loaded and makes it the one the imports use. A candidate is a path or a name that the
    /// system searches for.
    /// </summary>
    /// <param name="import">Import name.</param>
    /// <param name="candidates">Paths and names, in order.</param>
    /// <param name="beforeLoad">Called with the path of an existing file before it is loaded.</param>
    /// <param name="report">Receives a line for every candidate that failed.</param>
    public static bool TryLoad(string import, IEnumerable<string> candidates, Action<string> beforeLoad, StringBuilder report)
    {
        lock (Loaded)
        {
            if (Loaded.ContainsKey(import))
            {
                return true;
            }

            foreach (string candidate in candidates)
            {
                bool isPath = Path.IsPathRooted(candidate) || candidate.Contains(Path.DirectorySeparatorChar);
                if (isPath && !File.Exists(candidate))
                {
                    report.Append($"\n  {candidate}: no such file");
                    continue;
                }

                if (isPath)
                {
                    beforeLoad(candidate);
                }

                if (NativeLibrary.TryLoad(candidate, out nint library))
                {
                    Loaded[import] = library;
                    return true;
                }

                report.Append($"\n  {candidate}: {(isPath ? "cannot be loaded on this machine" : "not on the system's library path")}");
            }

            return false;
        }
    }

    /// <summary>Names of the driver library; the driver's installer puts it on the system's library path.</summary>
    public static IEnumerable<string> DriverCandidates() => OperatingSystem.IsWindows()
        ? ["nvcuda.dll"]
        : ["libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1"];

    /// <summary>Places of NVRTC, in order: next to the application, in the repository, in the toolkit's folder, on the system's library path.</summary>
    /// <param name="variable">A file or a folder that is meant: nothing else is tried behind its back.</param>
    /// <param name="toolkit">Folder of an installed CUDA toolkit, if one is named.</param>
    /// <param name="baseDirectory">Folder of the application.</param>
    public static IEnumerable<string> NvrtcCandidates(string? variable, string? toolkit, string baseDirectory) => ToolkitCandidates(
        OperatingSystem.IsWindows() ? ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll"] : ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so"],
        "nvrtc", variable, toolkit, baseDirectory);

    /// <summary>Places of cuBLAS, in the order of those of NVRTC.</summary>
    /// <param name="variable">A file or a folder that is meant: nothing else is tried behind its back.</param>
    /// <param name="toolkit">Folder of an installed CUDA toolkit, if one is named.</param>
    /// <param name="baseDirectory">Folder of the application.</param>
    public static IEnumerable<string> CublasCandidates(string? variable, string? toolkit, string baseDirectory) => ToolkitCandidates(
        OperatingSystem.IsWindows() ? ["cublas64_13.dll", "cublas64_12.dll", "cublas64_11.dll"] : ["libcublas.so.13", "libcublas.so.12", "libcublas.so.11", "libcublas.so"],
        "cublas", variable, toolkit, baseDirectory);

    /// <summary>
    /// Loads NVRTC's second library, which lies beside the first: NVRTC looks for it by name when it compiles, and is content with one
    /// that is loaded.
    /// </summary>
    public static void LoadNvrtcBuiltins(string nvrtc) => LoadBeside(nvrtc, OperatingSystem.IsWindows() ? "nvrtc-builtins64_*.dll" : "libnvrtc-builtins.so.*");

    /// <summary>Loads the library that cuBLAS is built on, which lies beside it.</summary>
    public static void LoadCublasLt(string cublas) => LoadBeside(cublas, OperatingSystem.IsWindows() ? "cublasLt64_*.dll" : "libcublasLt.so.*");

    private static void LoadBeside(string library, string pattern)
    {
        foreach (string other in Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(library))!, pattern))
        {
            NativeLibrary.TryLoad(other, out _);
        }
    }

    // Names newest first, which know the most devices.
    private static IEnumerable<string> ToolkitCandidates(string[] names, string stem, string? variable, string? toolkit, string baseDirectory)
    {
        if (!string.IsNullOrEmpty(variable))
        {
            foreach (string path in Directory.Exists(variable) ? InFolder(variable, names, stem) : [variable])
            {
                yield return path;
            }

            yield break;
        }

        List<string> folders = [baseDirectory, Path.Combine(baseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native")];
        for (DirectoryInfo? folder = new(baseDirectory); folder is not null; folder = folder.Parent)
        {
            folders.Add(Path.Combine(folder.FullName, ".native", stem));
        }

        if (!string.IsNullOrEmpty(toolkit))
        {
            folders.AddRange(OperatingSystem.IsWindows()
                ? [Path.Combine(toolkit, "bin", "x64"), Path.Combine(toolkit, "bin")]
                : [Path.Combine(toolkit, "lib64"), Path.Combine(toolkit, "lib")]);
        }

        if (!OperatingSystem.IsWindows())
        {
            folders.Add("/usr/local/cuda/lib64");
        }

        foreach (string folder in folders)
        {
            if (Directory.Exists(folder))
            {
                foreach (string path in InFolder(folder, names, stem))
                {
                    yield return path;
                }
            }
        }

        foreach (string name in names)
        {
            yield return name;
        }
    }

    // The names that are there; when none is, one line that stands for all of them in a report.
    private static IEnumerable<string> InFolder(string folder, string[] names, string stem)
    {
        string[] present = [.. names.Select(name => Path.Combine(folder, name)).Where(File.Exists)];
        return present.Length > 0 ? present : [Path.Combine(folder, OperatingSystem.IsWindows() ? $"{stem}64_*.dll" : $"lib{stem}.so.*")];
    }

    private static nint Resolve(string import, Assembly assembly, DllImportSearchPath? path)
    {
        lock (Loaded)
        {
            return Loaded.GetValueOrDefault(import);
        }
    }
}
