using System;

namespace ModelGen;

/// <summary>A sound checkpoint of the right model cannot continue this training run, because the run differs from the one that wrote it.</summary>
public sealed class CheckpointMismatchException : ArgumentException
{
    internal CheckpointMismatchException(string path, string problem)
        : base($"Training cannot resume from '{path}': {problem}")
    {
        Path = path;
    }

    /// <summary>The checkpoint.</summary>
    public string Path { get; }
}
