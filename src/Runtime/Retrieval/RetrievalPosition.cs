using System.Collections.Generic;

namespace ModelGen;

/// <summary>Where a retrieval run stands.</summary>
internal sealed class RetrievalPosition
{
    /// <summary>Level under way.</summary>
    public int Level { get; set; }

    /// <summary>Whole epochs done in the level.</summary>
    public int EpochOfLevel { get; set; }

    /// <summary>Whole epochs done in all.</summary>
    public int Epoch { get; set; }

    /// <summary>Steps done in the epoch under way.</summary>
    public int Step { get; set; }

    /// <summary>Steps done in the level; the optimiser counts them.</summary>
    public long StepOfLevel { get; set; }

    /// <summary>Steps done in all.</summary>
    public long TotalSteps { get; set; }

    /// <summary>Sum of the losses of the epoch under way.</summary>
    public double LossSum { get; set; }

    /// <summary>Time of the steps of the epoch under way.</summary>
    public double Seconds { get; set; }

    /// <summary>Results of the epochs done.</summary>
    public List<RetrievalEpoch> History { get; init; } = [];

    /// <summary>Moves on to the next epoch of the level.</summary>
    public void EndEpoch() => (Epoch, EpochOfLevel, Step, LossSum, Seconds) = (Epoch + 1, EpochOfLevel + 1, 0, 0, 0);
}
