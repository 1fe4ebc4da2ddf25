using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Allocates the lanes of a run.</summary>
internal static class LaneSet
{
    /// <summary>Lanes for up to <paramref name="capacity"/> examples at a time, with gradient accumulators when they train.</summary>
    public static Lane[] Create(ModelSchema schema, int capacity, bool training)
    {
        int tiles = (capacity + ModelSchema.TileExamples - 1) / ModelSchema.TileExamples;
        Lane[] lanes = new Lane[int.Min(ModelSchema.Lanes, tiles)];
        for (int l = 0; l < lanes.Length; l++)
        {
            lanes[l] = new Lane(new NativeFloats(schema.TileFloats), training ? new NativeFloats(schema.FactorOffset) : NativeFloats.Empty);
        }

        return lanes;
    }
}
