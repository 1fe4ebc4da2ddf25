using System;

namespace ModelGen.Compiled;

/// <summary>
/// The hash that chooses the row of an unknown key under <see cref="OutOfVocabulary.HashedBucket"/>. Trained models depend on it and
/// exported inference code repeats it, so it never changes. All arithmetic is modulo 2^64.
/// </summary>
public static class KeyHash
{
    /// <summary>
    /// Hash of a text key: 64-bit FNV-1a over its UTF-16 code units (h = 14695981039346656037, then h = (h ^ unit) * 1099511628211
    /// for every unit), followed by h ^= h >> 32.
    /// </summary>
    public static ulong Hash(ReadOnlySpan<char> key)
    {
        ulong h = 14695981039346656037;
        foreach (char c in key)
        {
            h = (h ^ c) * 1099511628211;
        }

        return h ^ (h >> 32);
    }

    /// <summary>Hash of an integer key: <see cref="Mix"/> of its 64 bits.</summary>
    public static ulong Hash(long key) => Mix((ulong)key);

    /// <summary>Bucket of a text key, 0 to buckets-1: hash modulo buckets.</summary>
    public static int Bucket(ReadOnlySpan<char> key, int buckets) => (int)(Hash(key) % (ulong)buckets);

    /// <summary>Bucket of an integer key, 0 to buckets-1: hash modulo buckets.</summary>
    public static int Bucket(long key, int buckets) => (int)(Hash(key) % (ulong)buckets);

    /// <summary>
    /// The splitmix64 finaliser with its increment: x += 0x9E3779B97F4A7C15; x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    /// x = (x ^ x >> 27) * 0x94D049BB133111EB; x ^= x >> 31.
    /// </summary>
    public static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
