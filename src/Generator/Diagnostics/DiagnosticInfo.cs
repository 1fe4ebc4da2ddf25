using System.Linq;
using Microsoft.CodeAnalysis;
using ModelGen.Generator.Helpers;

namespace ModelGen.Generator.Diagnostics;

/// <summary>A diagnostic to report, as plain data.</summary>
public sealed record DiagnosticInfo(string Id, LocationSnapshot? Location, EquatableArray<string> Arguments)
{
    public Diagnostic ToDiagnostic(Compilation? compilation = null) =>
        Diagnostic.Create(Descriptors.All[Id], Location?.ToLocation(compilation) ?? Microsoft.CodeAnalysis.Location.None, Arguments.ToArray<object>());
}
