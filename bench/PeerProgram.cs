using System;
using System.Diagnostics;
using System.IO;
using System.Text.Json;

namespace ModelGen.Bench;

/// <summary>Runs a peer, a Python program that prints one JSON line, in three thread settings and keeps its best figure.</summary>
internal static class PeerProgram
{
    private static readonly (string Name, int Threads, bool Passive)[] s_settings =
        [("one thread", 1, false), ("two threads", 2, false), ("two threads, passive waiting", 2, true)];

    /// <summary>The best of the three settings by one field of the JSON line; null when the peer cannot be run.</summary>
    public static PeerFigure? Best(string folder, string script, string[] arguments, string field, bool lowerIsBetter = false)
    {
        PeerFigure? best = null;
        foreach ((string name, int threads, bool passive) in s_settings)
        {
            if (Run(Path.Combine(folder, script), arguments, threads, passive) is { } output)
            {
                double value = output.GetProperty(field).GetDouble();
                best = best is { } b && (lowerIsBetter ? b.Value <= value : b.Value >= value) ? best : new PeerFigure(value, name);
            }
        }

        return best;
    }

    /// <summary>The figure of a peer on the first CUDA device; null when it cannot be run.</summary>
    public static PeerFigure? OnDevice(string folder, string script, string[] arguments, string field) =>
        Run(Path.Combine(folder, script), [.. arguments, "--device", "cuda"], 2, passive: false) is { } output ? new PeerFigure(output.GetProperty(field).GetDouble(), "on the device") : null;

    private static JsonElement? Run(string script, string[] arguments, int threads, bool passive)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("MODELGEN_PYTHON") ?? "python3", [script, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = threads.ToString(System.Globalization.CultureInfo.InvariantCulture);

        // OpenBLAS takes newer processors for an old one; the peer gets the kernels that fit.
        start.Environment["OPENBLAS_CORETYPE"] = "SKYLAKEX";
        if (passive)
        {
            start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException("The peer could not be started.");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            Console.Error.WriteLine($"The peer {script} ended with code {process.ExitCode}; its column stays empty.");
            return null;
        }

        return JsonDocument.Parse(output.Trim()).RootElement.Clone();
    }
}
