namespace ModelGen.Quality;

/// <summary>One training run, a line of the results file. All measures are null when no epoch gave finite scores.</summary>
internal sealed record RunRecord
{
    public required Combination Combination { get; init; }

    public required Setting Setting { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Test AUC of the collapsed model at the best validation epoch.</summary>
    public double? Auc { get; init; }

    public double? LogLoss { get; init; }

    public double? AucRare { get; init; }

    public double? AucPopular { get; init; }

    public double? ValidationAuc { get; init; }

    /// <summary>The best validation epoch, 1 for the first; 0 when the run diverged in its first epoch.</summary>
    public int Epoch { get; init; }

    /// <summary>Epoch in which the run diverged, after which it was ended; null for most.</summary>
    public int? DivergedIn { get; init; }

    /// <summary>Bytes of everything that serving needs.</summary>
    public long Bytes { get; init; }

    public long EmbeddingBytes { get; init; }

    /// <summary>Training speed on one thread, in examples a second, mean of the epochs.</summary>
    public double RowsPerSecond { get; init; }

    /// <summary>Wall time of training, validation and test.</summary>
    public double Seconds { get; init; }
}
