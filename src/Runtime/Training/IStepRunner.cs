using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Takes optimiser steps over a data set.</summary>
internal interface IStepRunner
{
    /// <summary>Gets the first batch of a pass ready: <paramref name="count"/> examples from <paramref name="start"/> of the order of an epoch.</summary>
    void Prepare(int[] order, int start, int count, int epoch = 0);

    /// <summary>
    /// Takes one step on the prepared batch and prepares the next one, <paramref name="nextCount"/> examples (0 for none) from
    /// <paramref name="nextStart"/> of the order. Returns the sum of the losses of the batch; when it is not finite, no parameter has been
    /// changed.
    /// </summary>
    double Step(OptimizerStep optimizer, int nextStart, int nextCount);

    /// <summary>Brings the parameters, with their optimiser state, to the host when steps have changed them elsewhere. Steps may follow.</summary>
    void Download()
    {
    }

    /// <summary>Takes over parameters that were changed on the host, after <see cref="Download"/>.</summary>
    void Upload()
    {
    }

    /// <summary>After a loss that is not finite, where the first such number came from; null when that is not known.</summary>
    string? FindFault() => null;
}
