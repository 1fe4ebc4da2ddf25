namespace ModelGen;

/// <summary>What came of one epoch.</summary>
/// <param name="Epoch">Number of the epoch, 1 for the first.</param>
/// <param name="Loss">Mean training loss, each batch measured before its own update.</param>
/// <param name="Validation">Result on the validation data of a model with a label; null without such data.</param>
/// <param name="Seconds">Time of the training steps, without validation and checkpoints.</param>
/// <param name="ExamplesPerSecond">Training speed; drawn negatives count as examples.</param>
public sealed record EpochResult(int Epoch, double Loss, Evaluation? Validation, double Seconds, double ExamplesPerSecond)
{
    /// <summary>Result on the validation pairs of a model without a label; null for other models and without such data.</summary>
    public RankingEvaluation? Ranking { get; init; }
}
