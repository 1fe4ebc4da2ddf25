using System;
using System.Collections.Generic;
using System.Numerics;
using System.Text;

namespace ModelGen.Compiled;

/// <summary>
/// The table by which a predictor finds the ids of keys, so that an inference assembly that is loaded hashes none: tensor "Feature.places" U32, a power
/// of two of entries of which at most half are taken, by open addressing. An entry of an integer key is its id + 1; of a text key its id + 1 in
/// as many bits as that needs, and above it bits of its hash. The predictor's text has the same hashes and makes the table itself where it is not stored.
/// </summary>
internal static class KeyPlaces
{
    // Changes with the hashes and the entries; a predictor refuses any other.
    private const string Version = "1";

    /// <summary>Adds the tables of all vocabularies that have keys.</summary>
    public static void Add(SafeTensorsWriter writer, IEnumerable<Vocabulary> vocabularies)
    {
        writer.Metadata("places", Version);
        foreach (Vocabulary vocabulary in vocabularies)
        {
            if (vocabulary.Feature.Cardinality == 0)
            {
                uint[] places = vocabulary.Feature.KeyKind == KeyKind.Text ? Texts(vocabulary.TextKeys) : Integers(vocabulary.IntegerKeys);
                writer.Add(vocabulary.Feature.Name + ".places", places, places.Length);
            }
        }
    }

    private static uint[] Integers(long[] keys)
    {
        int shift = Shift(keys.Length);
        uint[] places = new uint[1 << (64 - shift)];
        for (int id = 0; id < keys.Length; id++)
        {
            places[Free(places, unchecked((ulong)keys[id] * Utf8Hash.Factor) >> shift)] = (uint)(id + 1);
        }

        return places;
    }

    private static uint[] Texts(string[] keys)
    {
        int shift = Shift(keys.Length);
        uint[] places = new uint[1 << (64 - shift)];
        uint ids = (uint)((1UL << (BitOperations.Log2((uint)keys.Length) + 1)) - 1);
        for (int id = 0; id < keys.Length; id++)
        {
            ulong hash = Utf8Hash.Of(Encoding.UTF8.GetBytes(keys[id]));
            places[Free(places, hash >> shift)] = ((uint)hash & ~ids) | (uint)(id + 1);
        }

        return places;
    }

    private static int Shift(int keys) => Math.Max(34, 62 - BitOperations.Log2((uint)keys | 1));

    private static ulong Free(uint[] places, ulong place)
    {
        while (places[place] != 0)
        {
            place = (place + 1) & (ulong)(places.Length - 1);
        }

        return place;
    }
}
