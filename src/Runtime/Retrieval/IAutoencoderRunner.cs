using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Takes the steps of an autoencoder's run on the CPU or on a device.</summary>
internal interface IAutoencoderRunner : IDisposable
{
    /// <summary>Takes the rows of a level and brings them to unit length.</summary>
    void Attach(SparseRows rows);

    /// <summary>One optimiser step. Returns the sum of the users' losses, each 2 - 2 cos, from before the update; a step whose loss is not finite changes nothing.</summary>
    /// <param name="batch">The users of the step.</param>
    /// <param name="next">Those of the next one, if there is one, for what can be done ahead.</param>
    /// <param name="optimizer">Rates and bias corrections.</param>
    double Train(RetrievalBatch batch, RetrievalBatch? next, OptimizerStep optimizer);

    /// <summary>Brings values, unit rows and optimiser state up to date on the host.</summary>
    void Download()
    {
    }

    /// <summary>After a step whose loss was not finite: where it came from, or null when that is not known.</summary>
    string? FindFault() => null;
}

/// <summary>The users of one step.</summary>
/// <param name="Users">Users of the matrix.</param>
/// <param name="Draws">Random numbers of the step, for the outputs.</param>
internal readonly record struct RetrievalBatch(ReadOnlyMemory<int> Users, CounterRandom Draws);
