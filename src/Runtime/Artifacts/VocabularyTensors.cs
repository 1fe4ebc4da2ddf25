using System;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelGen.Compiled;

/// <summary>
/// A vocabulary as tensors. Text keys: "Feature.keys" U8, the UTF-8 bytes one after another, and "Feature.offsets" I64 [n + 1], key i
/// being bytes [offsets[i], offsets[i + 1]). Integer keys: "Feature.keys" I64 [n]. With a fixed cardinality nothing is stored.
/// </summary>
internal static class VocabularyTensors
{
    // Throws on half a surrogate pair, which would otherwise be replaced, so that two keys could become one.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Adds the tensors of a vocabulary.</summary>
    /// <exception cref="ArgumentException">A key is not valid Unicode.</exception>
    public static void Add(SafeTensorsWriter writer, Vocabulary vocabulary)
    {
        if (vocabulary.Feature.KeyKind == KeyKind.Text)
        {
            string[] texts = vocabulary.TextKeys;
            var offsets = new long[texts.Length + 1];
            for (int i = 0; i < texts.Length; i++)
            {
                offsets[i + 1] = offsets[i] + ByteCount(vocabulary.Feature, texts[i]);
            }

            writer.Add(OffsetsName(vocabulary.Feature), offsets, offsets.Length);
            var content = new TensorContent(offsets[^1], stream =>
            {
                foreach (string text in texts)
                {
                    stream.Write(Utf8.GetBytes(text));
                }
            });
            writer.Add(KeysName(vocabulary.Feature), SafeTensorType.U8, content, offsets[^1]);
        }
        else if (vocabulary.Feature.Cardinality == 0)
        {
            writer.Add(KeysName(vocabulary.Feature), vocabulary.IntegerKeys, vocabulary.IntegerKeys.Length);
        }
    }

    /// <summary>Reads the vocabulary of a feature, to which the training counts are added when the caller has them.</summary>
    /// <exception cref="CheckpointFormatException">The tensors are missing or do not hold a vocabulary.</exception>
    public static Vocabulary Read(SafeTensorsReader reader, CategoricalFeature feature, long[]? counts = null, long unknownCount = 0)
    {
        try
        {
            if (feature.Cardinality > 0)
            {
                return new Vocabulary(feature, (long[])[], counts, unknownCount);
            }

            if (feature.KeyKind == KeyKind.Integer)
            {
                reader.Require(KeysName(feature), SafeTensorType.I64, -1);
                return new Vocabulary(feature, reader.ReadArray<long>(KeysName(feature)), counts, unknownCount);
            }

            return new Vocabulary(feature, ReadTexts(reader, feature), counts, unknownCount);
        }
        catch (Exception e) when (e is ArgumentException or VocabularyException)
        {
            throw reader.Error($"The vocabulary of '{feature.Name}' is not sound: {e.Message}", e);
        }
    }

    private static string[] ReadTexts(SafeTensorsReader reader, CategoricalFeature feature)
    {
        reader.Require(OffsetsName(feature), SafeTensorType.I64, -1);
        SafeTensorInfo keys = reader.Require(KeysName(feature), SafeTensorType.U8, -1);
        long[] offsets = reader.ReadArray<long>(OffsetsName(feature));
        bool rising = offsets.Length > 0 && offsets[0] == 0 && offsets[^1] == keys.Bytes;
        for (int i = 1; i < offsets.Length && rising; i++)
        {
            rising = offsets[i] >= offsets[i - 1] && offsets[i] - offsets[i - 1] <= Array.MaxLength;
        }

        if (!rising)
        {
            throw reader.Error($"The tensor '{OffsetsName(feature)}' does not rise from 0 to the {keys.Bytes} bytes of '{KeysName(feature)}'.");
        }

        NativeFloats bytes = reader.ReadBytesNative(KeysName(feature), SafeTensorType.U8);
        var texts = new string[offsets.Length - 1];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Utf8.GetString(BytesAt(bytes, offsets[i], (int)(offsets[i + 1] - offsets[i])));
        }

        GC.KeepAlive(bytes);
        return texts;
    }

    private static ReadOnlySpan<byte> BytesAt(NativeFloats storage, long start, int length) =>
        MemoryMarshal.Cast<float, byte>(
            storage.Span(start / sizeof(float), (int)((start % sizeof(float) + length + sizeof(float) - 1) / sizeof(float))))
        .Slice((int)(start % sizeof(float)), length);

    private static int ByteCount(CategoricalFeature feature, string text)
    {
        try
        {
            return Utf8.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException($"A key of feature '{feature.Name}' is not valid Unicode (half a surrogate pair) and cannot be stored: '{text}'.", e);
        }
    }

    private static string KeysName(CategoricalFeature feature) => feature.Name + ".keys";

    private static string OffsetsName(CategoricalFeature feature) => feature.Name + ".offsets";
}
