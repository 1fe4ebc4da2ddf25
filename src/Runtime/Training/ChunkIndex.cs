using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Numbers the chunks of all features of a batch one after another, so that they are one list of work.</summary>
internal sealed class ChunkIndex(int features)
{
    private readonly int[] _ends = new int[features];

    /// <summary>Counts the chunks of a filled batch and returns their number.</summary>
    public int Count(Batch batch)
    {
        int chunks = 0;
        for (int f = 0; f < _ends.Length; f++)
        {
            chunks += batch.Features[f].Chunks;
            _ends[f] = chunks;
        }

        return chunks;
    }

    /// <summary>The feature of a chunk and the chunk's number within it.</summary>
    public (int Feature, int Chunk) Locate(int chunk)
    {
        int feature = 0;
        while (chunk >= _ends[feature])
        {
            feature++;
        }

        return (feature, feature == 0 ? chunk : chunk - _ends[feature - 1]);
    }

    /// <summary>The feature of a chunk and the slots [first, end) it owns.</summary>
    public (int Feature, int First, int End) Slots(Batch batch, int chunk)
    {
        (int feature, int index) = Locate(chunk);
        FeatureBatch f = batch.Features[feature];
        int first = 1 + (index * f.ChunkSlots);
        return (feature, first, int.Min(first + f.ChunkSlots, f.SlotCount));
    }
}
