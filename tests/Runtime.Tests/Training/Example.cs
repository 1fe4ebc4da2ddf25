using ModelGen.Compiled;

namespace ModelGen.Tests;

/// <summary>An example of one of the hand-written models, with its values in declaration order.</summary>
internal abstract class Example
{
    public float Label { get; init; }

    public float[] Numerics { get; init; } = [];

    public string[] Texts { get; init; } = [];

    protected static void AppendTo(DataSetBuilder builder, Example example)
    {
        builder.AddLabel(example.Label);
        for (int j = 0; j < example.Numerics.Length; j++)
        {
            builder.AddNumeric(j, example.Numerics[j]);
        }

        for (int f = 0; f < example.Texts.Length; f++)
        {
            builder.AddKey(f, example.Texts[f]);
        }

        builder.EndExample();
    }
}
