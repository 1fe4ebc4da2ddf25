using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Helpers;

namespace ModelGen.Generator.Emit;

/// <summary>One emitted file.</summary>
public sealed record GeneratedFile(string Name, string Text);

/// <summary>The files of one model, and what to say about them.</summary>
public sealed record EmitResult(EquatableArray<GeneratedFile> Files, EquatableArray<DiagnosticInfo> Diagnostics);
