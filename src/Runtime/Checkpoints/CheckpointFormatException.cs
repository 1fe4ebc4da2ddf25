using System;

namespace ModelGen;

/// <summary>A checkpoint or collapsed model cannot be read: the file is damaged, foreign, or belongs to another model or version.</summary>
public sealed class CheckpointFormatException : FormatException
{
    /// <summary>Creates the error for a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong with it, as a full sentence.</param>
    /// <param name="inner">The error behind it, if any.</param>
    public CheckpointFormatException(string path, string problem, Exception? inner = null)
        : base($"'{path}': {problem}", inner)
    {
        Path = path;
        Problem = problem;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What is wrong with it.</summary>
    public string Problem { get; }
}
