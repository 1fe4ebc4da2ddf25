namespace ModelGen;

/// <summary>Takes steps on batches of a loader.</summary>
internal interface IBatchRunner : IStepRunner
{
    /// <summary>Groups the rows of the prepared batch again after ids of a feature have moved to other clusters.</summary>
    void Regroup(int feature);
}
