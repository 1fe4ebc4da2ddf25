using System;

namespace ModelGen;

/// <summary>What was written and how it was checked.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its length in bytes, external data included.</param>
/// <param name="MaxDifference">Largest absolute difference of its scores from the collapsed model's; null when it was not run.</param>
/// <param name="NotRun">Why the file was not run; null when it was.</param>
public sealed record ArtifactReport(string Path, long Bytes, float? MaxDifference, string? NotRun);

/// <summary>An artefact was written but does not score as the model it was made from: a defect of this library.</summary>
public sealed class ArtifactMismatchException : InvalidOperationException
{
    internal ArtifactMismatchException(string path, float difference, float tolerance)
        : base($"{path} was written, but its scores differ from the collapsed model's by up to {difference:g3}, more than {tolerance:g3}. Do not serve it, and report this with the model's class.")
    {
    }
}
