using System;
using System.Threading;

namespace ModelGen;

/// <summary>Counts the rows that are read, reports them every 65,536 rows and looks at the cancellation every 1,024.</summary>
internal sealed class ReadingProgress(IProgress<long>? progress, CancellationToken cancellationToken)
{
    /// <summary>Rows read so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Ends the reading when it was cancelled.</summary>
    /// <exception cref="OperationCanceledException">It was.</exception>
    public void ThrowIfCancelled() => cancellationToken.ThrowIfCancellationRequested();

    /// <summary>Called after some rows.</summary>
    public void Add(int rows)
    {
        long before = Rows;
        Rows += rows;
        if (before >> 16 != Rows >> 16)
        {
            progress?.Report(Rows);
        }
    }

    /// <summary>Called at the start of every row.</summary>
    public void Next()
    {
        if ((Rows & 1023) == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((Rows & 65535) == 0 && Rows > 0)
            {
                progress?.Report(Rows);
            }
        }

        Rows++;
    }

    /// <summary>Called after the last row.</summary>
    public void End() => progress?.Report(Rows);
}
