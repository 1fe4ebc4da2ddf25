using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace ModelGen.Bench;

/// <summary>What the figures were measured on and from.</summary>
internal static class Machine
{
    /// <summary>Processor, system and runtime in one line.</summary>
    public static string Description =>
        $"{Environment.ProcessorCount} processors{Processor()}, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.OSDescription}, .NET {Environment.Version}";

    /// <summary>Short name of the checked-out commit, with a plus sign when files have changed since; empty outside a checkout.</summary>
    public static string Commit()
    {
        string commit = Git("rev-parse", "--short", "HEAD");
        return commit.Length == 0 || Git("status", "--porcelain", "--untracked-files=no").Length == 0 ? commit : commit + "+";
    }

    private static string Processor() =>
        File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? $" ({line[(line.IndexOf(':') + 1)..].Trim()})"
            : "";

    private static string Git(params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Trim() : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
