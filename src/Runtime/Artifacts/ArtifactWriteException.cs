using System;
using System.IO;

namespace ModelGen;

/// <summary>A checkpoint or artefact could not be written. The file that was at the path before, if any, is unchanged.</summary>
public sealed class ArtifactWriteException : IOException
{
    /// <summary>Creates the error for a file.</summary>
    /// <param name="path">The file that was to be written.</param>
    /// <param name="inner">What the operating system answered.</param>
    public ArtifactWriteException(string path, Exception inner)
        : base(
            $"'{path}' could not be written: {inner.Message} A file that was there before is unchanged. " +
            "Check that the folder may be written to and that the disk has room.",
            inner)
    {
        Path = path;
    }

    /// <summary>The file that was to be written.</summary>
    public string Path { get; }
}
