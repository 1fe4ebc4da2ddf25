using System;
using System.Diagnostics;
using System.IO;

namespace ModelGen.Bench;

/// <summary>This program in a process of its own, for what only a fresh process shows.</summary>
internal static class OwnProcess
{
    /// <summary>Runs it and returns what it writes.</summary>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public static string Run(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(OwnProcess).Assembly.Location);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
    }
}
