namespace ModelGen.Generator;

/// <summary>Tracking names of the pipeline's stages, used by the caching tests.</summary>
public static class StageNames
{
    public const string Parse = nameof(Parse);
    public const string Spec = nameof(Spec);
    public const string Emit = nameof(Emit);
}
