using System;
using System.Collections.Generic;
using System.IO;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// A retrieval model in its served form: unit rows of kept entries (section 5 of the compressed ELSA digest). It recommends and leaves as a
/// safetensors file, an ONNX file and an inference assembly.
/// </summary>
/// <typeparam name="TModel">The user's class.</typeparam>
public sealed partial class CollapsedRetriever<TModel>
    where TModel : class, IAutoencoder<TModel>
{
    private readonly Lazy<IRetriever> _retriever;

    internal CollapsedRetriever(CollapsedRetrieval weights)
    {
        Weights = weights;
        _retriever = new Lazy<IRetriever>(() => TModel.CreateRetriever(new WeightsImage(weights)));
    }

    /// <summary>The content: rows, keys, unseen items.</summary>
    public CollapsedRetrieval Weights { get; }

    /// <summary>The items: the key of every id.</summary>
    public Vocabulary Items => Weights.Items;

    /// <summary>Bytes of everything serving needs.</summary>
    public long Bytes => Weights.Bytes;

    /// <summary>Bytes of the rows alone, without keys: items x kept x (value + column), scales and counts included.</summary>
    public long EmbeddingBytes => Weights.Rows.Bytes;

    /// <summary>Reads a model that <see cref="Save"/> has written.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, is something else, or holds another model or version.</exception>
    public static CollapsedRetriever<TModel> Load(string path) => new(CollapsedRetrieval.Load(path, TModel.Schema));

    /// <summary>Scores of all items for a history, in id order; the items of the history without their own part.</summary>
    /// <param name="history">Ids of distinct items.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public float[] Scores(ReadOnlySpan<int> history)
    {
        float[] scores = new float[Weights.Rows.Rows];
        _retriever.Value.Score(history, scores);
        return scores;
    }

    /// <summary>The best items for a history, best first; its own items and items never seen in training are left out. Of equal scores the lower id comes first.</summary>
    /// <param name="history">Ids of distinct items.</param>
    /// <param name="count">Length of the list, at least 1; shorter when there are not as many items.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item, or <paramref name="count"/> is below 1.</exception>
    public Recommendation[] Recommend(ReadOnlySpan<int> history, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int[] items = new int[int.Min(count, Weights.Rows.Rows)];
        float[] scores = new float[items.Length];
        Recommendation[] list = new Recommendation[Recommend(history, items, scores)];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = new Recommendation(items[i], Items.KeyText(items[i]), scores[i]);
        }

        return list;
    }

    /// <summary>The same into spans of one length, without allocation. Returns how many items were found.</summary>
    public int Recommend(ReadOnlySpan<int> history, Span<int> items, Span<float> scores) => _retriever.Value.Recommend(history, items, scores);

    /// <summary>The best items for a history of text keys; unknown keys are left out of it.</summary>
    public Recommendation[] Recommend(IEnumerable<string> history, int count) => Recommend(Items.Known(history), count);

    /// <summary>The best items for a history of integer keys; unknown keys are left out of it.</summary>
    public Recommendation[] Recommend(IEnumerable<long> history, int count) => Recommend(Items.Known(history), count);

    /// <summary>The columns of the rows read as groups of items; meant for sparse rows, where a row is in few groups.</summary>
    /// <param name="top">Items to list per segment, at least 1.</param>
    public SegmentReport Segments(int top = 10) => new(Weights, top);

    /// <summary>Writes a safetensors file. Returns its length in bytes.</summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    public long Save(string path) => Weights.Save(path);
}
