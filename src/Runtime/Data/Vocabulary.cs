namespace ModelGen;

/// <summary>Placeholder.</summary>
public sealed class Vocabulary;
