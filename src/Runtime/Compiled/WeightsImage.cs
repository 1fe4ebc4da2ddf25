using System;
using System.Collections.Generic;
using System.IO;

namespace ModelGen.Compiled;

/// <summary>A collapsed model as its safetensors file, in memory that predictors and retrievers read in place; it may be larger than 2 GB.</summary>
public sealed unsafe class WeightsImage
{
    // A predictor may read a word at the end.
    private const int Slack = 16;

    private readonly NativeFloats _memory;

    /// <summary>Writes a model into memory.</summary>
    public WeightsImage(CollapsedWeights weights)
        : this(CollapsedFile.Describe(weights))
    {
    }

    /// <summary>Writes a retrieval model into memory.</summary>
    public WeightsImage(CollapsedRetrieval weights)
        : this(weights.Describe())
    {
    }

    private WeightsImage(SafeTensorsWriter file)
    {
        Length = file.Length;
        _memory = new NativeFloats((Length + sizeof(float) - 1) / sizeof(float) + Slack);
        Address = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _memory.First);
        using var stream = new UnmanagedMemoryStream((byte*)Address, 0, Length, FileAccess.Write);
        file.WriteTo(stream);
    }

    /// <summary>The content of an inference assembly's resource: a file, with the places of its keys and room for the reader behind it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="vocabularies">The vocabularies in it.</param>
    internal static Func<Stream> Resource(SafeTensorsWriter file, IEnumerable<Vocabulary> vocabularies)
    {
        KeyPlaces.Add(file, vocabularies);
        var content = new MemoryStream();
        file.WriteTo(content);
        content.SetLength(content.Length + Slack);
        return () => new MemoryStream(content.GetBuffer(), 0, (int)content.Length);
    }

    /// <summary>The first byte, at a multiple of 64; valid while this object lives.</summary>
    public nint Address { get; }

    /// <summary>Number of bytes.</summary>
    public long Length { get; }
}
