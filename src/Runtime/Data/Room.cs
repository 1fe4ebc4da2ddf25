using System;

namespace ModelGen.Compiled;

/// <summary>Buffers of a batch that grow by at least half when they are too small. Their content is not kept.</summary>
internal static class Room
{
    /// <summary>Makes sure that an array has room for a number of entries.</summary>
    public static void For<T>(ref T[] array, int needed)
    {
        if (array.Length < needed)
        {
            array = new T[int.Max(needed, (int)long.Min(Array.MaxLength, array.Length + array.Length / 2L))];
        }
    }

    /// <summary>An array of at least a number of entries, kept for the next use.</summary>
    public static T[] Scratch<T>(ref T[]? array, int needed)
    {
        if (array is null || array.Length < needed)
        {
            array = new T[needed];
        }

        return array;
    }

    /// <summary>A block with room for a number of floats: the given one, or a larger one in its place, the given one being freed.</summary>
    public static NativeFloats For(NativeFloats block, long needed)
    {
        if (block.Length >= needed)
        {
            return block;
        }

        long length = long.Max(needed, block.Length + block.Length / 2);
        block.Dispose();
        return new NativeFloats(length);
    }
}
