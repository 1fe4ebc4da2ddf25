using System.Collections.Generic;

namespace ModelGen;

/// <summary>Where a run stands between two steps: with the parameters, all that is needed to go on to the same bits.</summary>
internal sealed class TrainingPosition
{
    /// <summary>Completed epochs, which is the 0-based number of the one under way.</summary>
    public int Epoch { get; set; }

    /// <summary>Steps done in the epoch under way.</summary>
    public long Step { get; set; }

    /// <summary>Sum of the example losses of the epoch under way.</summary>
    public double LossSum { get; set; }

    /// <summary>Seconds spent on the steps of the epoch under way.</summary>
    public double Seconds { get; set; }

    /// <summary>Number of the best epoch, 1 for the first; 0 when none was validated.</summary>
    public int BestEpoch { get; set; }

    /// <summary>Results of the completed epochs.</summary>
    public List<EpochResult> History { get; init; } = [];
}
