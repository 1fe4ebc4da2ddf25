namespace ModelGen.Generator.Emit.CSharp.Autoencoder;

/// <summary>The literal sizes of an autoencoder's work, all following from the width r of a row. The runtime lays its buffers out by the same rules.</summary>
/// <param name="Width">Width r.</param>
internal sealed record Sizes(int Width)
{
    /// <summary>Columns in panels of 32.</summary>
    public int Columns => (Width + 31) / 32 * 32;

    /// <summary>Panels of 32 columns.</summary>
    public int Panels => Columns / 32;

    /// <summary>Floats between two dense rows: not a multiple of a memory page, where all rows would meet in the same lines of a cache.</summary>
    public int Stride => Columns % 1024 == 0 ? Columns + 32 : Columns;

    /// <summary>Floats of the history sums of one block of 32 users.</summary>
    public int BlockFloats => Columns * 32;
}
