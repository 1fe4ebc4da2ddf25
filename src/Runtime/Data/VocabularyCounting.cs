using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Counts the keys of a training split and orders them into ids.</summary>
internal static class VocabularyCounting
{
    /// <summary>Ids by descending count, ties by first appearance in the column; keys below MinCount are left out.</summary>
    public static Vocabulary Build(CategoricalFeature feature, KeyColumn column)
    {
        Vocabulary.CheckKind(feature, column);
        long[] counts = new long[column.KeyCount];
        int[] order = new int[column.KeyCount];
        int distinct = 0;
        foreach (int code in column.Codes)
        {
            if (counts[code]++ == 0)
            {
                order[distinct++] = code;
            }
        }

        // Keys kept, in order of first appearance; the sort below breaks ties by that position.
        int kept = 0;
        int rare = -1;
        long unknown = 0;
        for (int i = 0; i < distinct; i++)
        {
            int code = order[i];
            if (counts[code] >= feature.MinCount)
            {
                order[kept++] = code;
            }
            else
            {
                rare = rare < 0 ? code : rare;
                unknown += counts[code];
            }
        }

        if (rare >= 0 && feature.OutOfVocabulary == OutOfVocabulary.Error)
        {
            throw new VocabularyException(
                $"Feature '{feature.Name}': {distinct - kept:N0} of {distinct:N0} keys occur fewer than MinCount = {feature.MinCount} times in the training split "
                + $"(such as '{column.KeyText(rare)}') and would be unknown, which OutOfVocabulary.Error refuses. "
                + "Set OutOfVocabulary to SharedRow, HashedBucket or Zero, or MinCount to 1.",
                feature.Name);
        }

        (long Negated, int Position)[] sortKeys = new (long, int)[kept];
        for (int i = 0; i < kept; i++)
        {
            sortKeys[i] = (-counts[order[i]], i);
        }

        Array.Sort(sortKeys, order, 0, kept);
        long[] ordered = new long[kept];
        for (int id = 0; id < kept; id++)
        {
            ordered[id] = counts[order[id]];
        }

        ReadOnlySpan<int> ids = order.AsSpan(0, kept);
        return column.Kind == KeyKind.Text
            ? new Vocabulary(feature, Pick(column.TextKeys, ids), ordered, unknown)
            : new Vocabulary(feature, Pick(column.IntegerKeys, ids), ordered, unknown);
    }

    private static T[] Pick<T>(T[] keys, ReadOnlySpan<int> codes)
    {
        T[] picked = new T[codes.Length];
        for (int i = 0; i < picked.Length; i++)
        {
            picked[i] = keys[codes[i]];
        }

        return picked;
    }
}
