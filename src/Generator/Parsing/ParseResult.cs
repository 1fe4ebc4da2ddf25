using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Parsing;

/// <summary>What parsing one class gave: a spec when it can be compiled, and what to tell the user.</summary>
public sealed record ParseResult(ModelSpec? Spec, EquatableArray<DiagnosticInfo> Diagnostics);
