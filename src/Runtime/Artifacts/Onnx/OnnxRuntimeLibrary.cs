using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace ModelGen.Compiled;

/// <summary>
/// Finds the native ONNX Runtime. It is optional and not shipped: the official package Microsoft.ML.OnnxRuntime in the application
/// brings it, and the repository's own tests use a copy under .native/onnxruntime.
/// </summary>
internal static class OnnxRuntimeLibrary
{
    /// <summary>Environment variable with the path of the library; it is looked at first.</summary>
    public const string Variable = "MODELGEN_ONNXRUNTIME";

    private static readonly Lock Gate = new();
    private static OnnxRuntimeApi? _api;
    private static string _whyNot = "";

    /// <summary>Loads the library once per process; says where it was looked for and how to get it when there is none.</summary>
    public static bool TryLoad([NotNullWhen(true)] out OnnxRuntimeApi? api, out string whyNot)
    {
        lock (Gate)
        {
            // A failure is tried again, since the library may have been installed in the meantime.
            _api ??= Load(out _whyNot);
            (api, whyNot) = (_api, _whyNot);
            return api is not null;
        }
    }

    /// <summary>Whether the library can be loaded.</summary>
    public static bool TryLoad(out string whyNot) => TryLoad(out _, out whyNot);

    /// <summary>Loads the library or fails.</summary>
    /// <exception cref="OnnxRuntimeException">It cannot be found or loaded.</exception>
    public static OnnxRuntimeApi Load() => TryLoad(out OnnxRuntimeApi? api, out string whyNot) ? api : throw new OnnxRuntimeException(whyNot);

    /// <summary>The places that are looked at, in order: files by their path, then names that the system searches for.</summary>
    internal static IEnumerable<string> Candidates(string? variable, string baseDirectory)
    {
        // A given path is meant: nothing else is tried behind its back.
        if (!string.IsNullOrEmpty(variable))
        {
            yield return variable;
            yield break;
        }

        string official = OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";
        string[] names = OperatingSystem.IsLinux() ? [official, official + ".1"] : [official];
        string[] folders = [baseDirectory, Path.Combine(baseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native")];
        foreach (string folder in folders)
        {
            foreach (string name in names)
            {
                yield return Path.Combine(folder, name);
            }
        }

        for (DirectoryInfo? folder = new(baseDirectory); folder is not null; folder = folder.Parent)
        {
            string native = Path.Combine(folder.FullName, ".native", "onnxruntime");
            if (Directory.Exists(native))
            {
                foreach (string name in names)
                {
                    yield return Path.Combine(native, name);
                }

                break;
            }
        }

        foreach (string name in OperatingSystem.IsLinux() ? ["libonnxruntime.so.1", "libonnxruntime.so"] : new[] { official })
        {
            yield return name;
        }

        yield return "onnxruntime";
    }

    private static OnnxRuntimeApi? Load(out string whyNot)
    {
        var report = new StringBuilder("ONNX Runtime was not found. It was looked for here:");
        foreach (string candidate in Candidates(Environment.GetEnvironmentVariable(Variable), AppContext.BaseDirectory))
        {
            bool isPath = Path.IsPathRooted(candidate) || candidate.Contains(Path.DirectorySeparatorChar);
            if (isPath && !File.Exists(candidate))
            {
                report.Append($"\n  {candidate}: no such file");
                continue;
            }

            if (!NativeLibrary.TryLoad(candidate, out nint library))
            {
                report.Append($"\n  {candidate}: {(isPath ? "cannot be loaded on this machine" : "not on the system's library path")}");
                continue;
            }

            if (OnnxRuntimeApi.TryCreate(library, out OnnxRuntimeApi? api, out string problem))
            {
                whyNot = "";
                return api;
            }

            NativeLibrary.Free(library);
            report.Append($"\n  {candidate}: {problem}");
        }

        whyNot = report.Append(
            $"\nAdd the package Microsoft.ML.OnnxRuntime to the application, or set {Variable} to the path of the library; " +
            "inside this repository run eng/native.sh.").ToString();
        return null;
    }
}
