using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen;

/// <summary>The source of an inference assembly did not compile; the message holds the compiler's diagnostics.</summary>
public sealed class AssemblyCompilationException : InvalidOperationException
{
    private const int Shown = 20;

    /// <summary>Creates the error.</summary>
    /// <param name="assemblyName">The assembly that was to be made.</param>
    /// <param name="diagnostics">The compiler's errors with their places.</param>
    public AssemblyCompilationException(string assemblyName, IReadOnlyList<string> diagnostics)
        : base(
            $"The source of '{assemblyName}' did not compile ({diagnostics.Count} errors):\n{string.Join('\n', diagnostics.Take(Shown))}")
    {
        Diagnostics = diagnostics;
    }

    /// <summary>The compiler's errors with their places.</summary>
    public IReadOnlyList<string> Diagnostics { get; }
}
