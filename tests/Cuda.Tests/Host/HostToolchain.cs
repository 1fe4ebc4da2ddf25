using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading;

namespace ModelGen.Tests;

/// <summary>The host's C++ compiler, and the emulator compiled by it.</summary>
internal sealed class HostToolchain
{
    private const string Compiler = "g++";

    private static readonly string[] s_headers = ["device.h", "warps.h", "arithmetic.h", "inline_ptx.h", "accesses.h", "instrumentation.h"];
    private static readonly Lock Gate = new();
    private static HostToolchain? _found;

    private HostToolchain(string version)
    {
        Headers = s_headers.ToDictionary(name => name, Resource);
        string emulator = Resource("emulator.cpp");
        // Machine code is for this processor, so that it goes into the key of cached files.
        string processor = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) ?? "" : "";
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(version + string.Concat(Headers.Values) + emulator + processor)))[..16];
        Name = $"{version}, emulator {key}";
        Folder = Path.Combine(AppContext.BaseDirectory, "host-kernels");
        Directory.CreateDirectory(Folder);
        EmulatorObject = Path.Combine(Folder, $"emulator-{key}.o");
        if (!File.Exists(EmulatorObject))
        {
            string work = Directory.CreateTempSubdirectory("modelgen-host").FullName;
            WriteHeaders(work);
            File.WriteAllText(Path.Combine(work, "emulator.cpp"), emulator);
            (int code, string output) = Run(Compiler, work, "-std=gnu++17", "-O2", "-g1", "-fPIC", "-fvisibility=hidden", "-c", "emulator.cpp", "-o", "emulator.o");
            if (code != 0)
            {
                throw new InvalidOperationException("The emulator does not compile:\n" + output);
            }

            File.Move(Path.Combine(work, "emulator.o"), EmulatorObject, overwrite: true);
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Version of the compiler and hash of the emulator.</summary>
    public string Name { get; }

    /// <summary>The headers of kernels and of the emulator, by name.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The compiled emulator.</summary>
    public string EmulatorObject { get; }

    /// <summary>Where compiled things are kept.</summary>
    public string Folder { get; }

    public static bool TryFind([NotNullWhen(true)] out HostToolchain? toolchain, out string whyNot)
    {
        lock (Gate)
        {
            whyNot = "";
            if (_found is null)
            {
                if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
                {
                    whyNot = "The emulation of a GPU needs 64-bit x86 Linux.";
                }
                else if (Version() is { } version)
                {
                    _found = new HostToolchain(version);
                }
                else
                {
                    whyNot = $"There is no host compiler to run kernels with: {Compiler} is not on the PATH. Install it (apt-get install g++).";
                }
            }

            toolchain = _found;
            return toolchain is not null;
        }
    }

    /// <summary>Writes the headers into a folder.</summary>
    public void WriteHeaders(string folder)
    {
        foreach ((string name, string text) in Headers)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
        }
    }

    /// <summary>Runs the compiler. Returns its exit code and all it says.</summary>
    public static (int Code, string Output) Compile(string folder, params IEnumerable<string> arguments) => Run(Compiler, folder, arguments);

    /// <summary>Source lines of an instruction of a library, as far as they can be had.</summary>
    public static string Lines(string library, long offset)
    {
        try
        {
            (int code, string output) = Run("addr2line", Path.GetDirectoryName(library)!, "-i", "-s", "-e", library, FormattableString.Invariant($"0x{offset:x}"));
            return code == 0 ? string.Join(" in ", output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.Contains(".cu:", StringComparison.Ordinal))) : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }

    private static string? Version()
    {
        try
        {
            (int code, string output) = Run(Compiler, AppContext.BaseDirectory, "--version");
            return code == 0 ? output.Split('\n')[0].Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static (int Code, string Output) Run(string program, string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        System.Threading.Tasks.Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
