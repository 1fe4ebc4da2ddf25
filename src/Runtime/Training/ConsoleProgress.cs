using System;
using System.Globalization;
using System.IO;

namespace ModelGen;

/// <summary>Writes progress to the console: the memory plan, then one line that overwrites itself on a terminal, else one line per epoch.</summary>
public sealed class ConsoleProgress : IProgress<TrainingProgress>
{
    private readonly TextWriter _writer;
    private readonly bool _overwrites;
    private int _lastLength;

    /// <summary>Reports to standard output.</summary>
    public ConsoleProgress()
        : this(Console.Out, !Console.IsOutputRedirected)
    {
    }

    internal ConsoleProgress(TextWriter writer, bool overwrites)
    {
        _writer = writer;
        _overwrites = overwrites;
    }

    /// <summary>Writes one report.</summary>
    public void Report(TrainingProgress value)
    {
        if (value.Memory is { } memory)
        {
            _writer.WriteLine(memory);
            return;
        }

        if (value.Device is { } device)
        {
            _writer.WriteLine(device);
            return;
        }

        bool epochEnd = value.Kind == TrainingProgressKind.EpochEnd;
        if (!epochEnd && !_overwrites)
        {
            return;
        }

        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {value.Epoch}/{value.Epochs}  step {value.Step}/{value.StepsPerEpoch}  loss {value.Loss:F5}  {value.ExamplesPerSecond:N0} examples/s");
        line += epochEnd
            ? value.ValidationMetrics is { } metrics ? $"  validation: {metrics}" : value.Ranking is { } ranking ? $"  validation: {ranking}" : ""
            : string.Create(CultureInfo.InvariantCulture, $"  {(int)value.Eta.TotalHours:00}:{value.Eta:mm\\:ss} left");

        // Blanks cover what the longer line before left on the terminal.
        _writer.Write(_overwrites ? '\r' + line.PadRight(_lastLength) : line);
        _lastLength = line.Length;
        if (epochEnd)
        {
            _writer.WriteLine();
            _lastLength = 0;
        }

        _writer.Flush();
    }
}
