namespace ModelGen.Compiled;

/// <summary>Placeholder.</summary>
public sealed class DataSetBuilder;
