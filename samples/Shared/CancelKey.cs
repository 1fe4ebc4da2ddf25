using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace ModelGen.Samples;

/// <summary>
/// Turns the first Ctrl-C (or the first termination signal) into a cancellation, so that training stops between two steps and keeps its
/// checkpoint. A second one ends the program at once.
/// </summary>
internal sealed class CancelKey : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Starts listening.</summary>
    public CancelKey() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
    ];

    /// <summary>Cancelled by the first Ctrl-C.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (!_source.IsCancellationRequested)
        {
            context.Cancel = true;
            Console.Error.WriteLine($"{Environment.NewLine}Stopping; press Ctrl-C again to end at once.");
            _source.Cancel();
        }
    }
}
