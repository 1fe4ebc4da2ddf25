using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelGen.Cuda;

/// <summary>Reads what NVRTC and its assembler say.</summary>
internal static partial class CompilerLog
{
    /// <summary>The log with the source line under each message that points at one.</summary>
    public static string WithLines(string log, string file, string text)
    {
        string[] lines = text.Split('\n');
        var result = new StringBuilder();
        foreach (string message in log.Split('\n'))
        {
            result.Append(message).Append('\n');
            Match place = Place().Match(message);
            if (place.Success && message.StartsWith(file, StringComparison.Ordinal) &&
                int.TryParse(place.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int line) && line >= 1 && line <= lines.Length)
            {
                result.Append(CultureInfo.InvariantCulture, $"{line,6} | {lines[line - 1].TrimEnd()}\n");
            }
        }

        return result.ToString().TrimEnd();
    }

    /// <summary>The log without the assembler's account of registers.</summary>
    public static string WithoutUsage(string log) =>
        string.Join('\n', log.Split('\n').Where(line => !line.StartsWith("ptxas info", StringComparison.Ordinal) && !line.StartsWith("ptxas         .", StringComparison.Ordinal))).Trim();

    /// <summary>Registers, spills and static shared memory of each kernel, from the assembler's account.</summary>
    public static IReadOnlyDictionary<string, KernelUsage> ReadUsage(string log)
    {
        var usage = new Dictionary<string, KernelUsage>(StringComparer.Ordinal);
        string? kernel = null;
        int frame = 0, spills = 0;
        bool own = false;
        foreach (string line in log.Split('\n'))
        {
            if (Entry().Match(line) is { Success: true } entry)
            {
                (kernel, frame, spills) = (entry.Groups[1].Value, 0, 0);
            }
            else if (Properties().Match(line) is { Success: true } properties)
            {
                own = properties.Groups[1].Value == kernel;
            }
            else if (Frame().Match(line) is { Success: true } stack && own)
            {
                (frame, spills) = (Number(stack, 1), Number(stack, 2) + Number(stack, 3));
            }
            else if (Registers().Match(line) is { Success: true } registers && kernel is not null)
            {
                Match shared = Shared().Match(line);
                usage[kernel] = new KernelUsage(Number(registers, 1), spills, frame, shared.Success ? Number(shared, 1) : 0, null);
            }
        }

        return usage;
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\((\d+)\): ")]
    private static partial Regex Place();

    [GeneratedRegex(@"Compiling entry function '([^']+)'")]
    private static partial Regex Entry();

    [GeneratedRegex(@"Function properties for (\S+)")]
    private static partial Regex Properties();

    [GeneratedRegex(@"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")]
    private static partial Regex Frame();

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Registers();

    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex Shared();
}
