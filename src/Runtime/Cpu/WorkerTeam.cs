using System;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace ModelGen;

/// <summary>
/// A fixed team of threads that runs indexed work. The calling thread takes part; items are claimed one by one, so uneven items
/// balance themselves. A run allocates nothing. Runs are started from one thread at a time and not from inside an item.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    /// <summary>Most threads of a team.</summary>
    public const int MaximumSize = 1024;

    // Work arrives every few tens of microseconds while a model is being trained; a thread that sleeps that long wakes too late.
    private const int SpinMicroseconds = 40;

    private static readonly long s_spinTicks = Stopwatch.Frequency * SpinMicroseconds / 1_000_000;

    private readonly Thread[] _threads;
    private readonly Lock _failureLock = new();
    private readonly object _workGate = new();
    private readonly object _doneGate = new();

    private ITeamWork? _work;
    private int _count;

    // High half: number of the run. Low half: items not yet claimed. One word, so that a thread that comes late from an
    // earlier run can never claim an item with that run's bounds.
    private long _ticket;
    private int _unfinished;
    private int _sleepers;
    private int _callerSleeps;
    private bool _stopping;
    private Exception? _failure;
    private int _failedItem;

    /// <summary>Starts a team.</summary>
    /// <param name="size">Threads, the caller included: 1 to <see cref="MaximumSize"/>; 1 runs all work on the caller.</param>
    public WorkerTeam(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaximumSize);
        Size = size;
        _threads = new Thread[size - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(WorkUntilStopped) { IsBackground = true, Name = $"ModelGen worker {i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads of the team, the caller included.</summary>
    public int Size { get; }

    /// <summary>
    /// Executes items 0 .. <paramref name="count"/>-1 and returns when all are done. When an item throws, items not yet begun are
    /// skipped and the exception of the lowest failed item is thrown again here; the team stays usable.
    /// </summary>
    public void Run(int count, ITeamWork work)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (_threads.Length == 0 || count <= 1)
        {
            for (int item = 0; item < count; item++)
            {
                work.Execute(item);
            }

            return;
        }

        _work = work;
        _count = count;
        _unfinished = count;
        long run = (Volatile.Read(ref _ticket) >> 32) + 1;
        Interlocked.Exchange(ref _ticket, (run << 32) | (uint)count);
        if (Volatile.Read(ref _sleepers) > 0)
        {
            lock (_workGate)
            {
                Monitor.PulseAll(_workGate);
            }
        }

        while (TryExecuteOne())
        {
        }

        WaitForOthers();
        _work = null;
        if (_failure is { } failure)
        {
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Stops the threads. Not to be called while a run is under way.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        lock (_workGate)
        {
            Volatile.Write(ref _stopping, true);
            Monitor.PulseAll(_workGate);
        }

        foreach (Thread thread in _threads)
        {
            thread.Join();
        }
    }

    private void WorkUntilStopped()
    {
        while (!Volatile.Read(ref _stopping))
        {
            if (!TryExecuteOne() && !SpinForWork())
            {
                SleepUntilWork();
            }
        }
    }

    /// <summary>Claims and executes one item; false when none is left. A claim is valid only if the ticket is still that of the run whose work was read.</summary>
    private bool TryExecuteOne()
    {
        while (true)
        {
            long ticket = Volatile.Read(ref _ticket);
            uint unclaimed = (uint)ticket;
            if (unclaimed == 0)
            {
                return false;
            }

            ITeamWork? work = Volatile.Read(ref _work);
            int item = Volatile.Read(ref _count) - (int)unclaimed;
            if (Interlocked.CompareExchange(ref _ticket, ticket - 1, ticket) == ticket)
            {
                Execute(work!, item);
                return true;
            }
        }
    }

    private void Execute(ITeamWork work, int item)
    {
        if (Volatile.Read(ref _failure) is null)
        {
            try
            {
                work.Execute(item);
            }
            catch (Exception e)
            {
                lock (_failureLock)
                {
                    if (_failure is null || item < _failedItem)
                    {
                        _failedItem = item;
                        Volatile.Write(ref _failure, e);
                    }
                }
            }
        }

        if (Interlocked.Decrement(ref _unfinished) == 0 && Volatile.Read(ref _callerSleeps) != 0)
        {
            lock (_doneGate)
            {
                Monitor.Pulse(_doneGate);
            }
        }
    }

    private bool SpinForWork()
    {
        long end = Stopwatch.GetTimestamp() + s_spinTicks;
        do
        {
            if ((uint)Volatile.Read(ref _ticket) != 0)
            {
                return true;
            }

            Thread.SpinWait(20);
        }
        while (Stopwatch.GetTimestamp() < end);
        return false;
    }

    // The sleeper announces itself before it looks at the ticket a last time, the caller writes the ticket before it looks for
    // sleepers, both with full fences: one of the two always sees the other.
    private void SleepUntilWork()
    {
        lock (_workGate)
        {
            Interlocked.Increment(ref _sleepers);
            while ((uint)Volatile.Read(ref _ticket) == 0 && !_stopping)
            {
                Monitor.Wait(_workGate);
            }

            Interlocked.Decrement(ref _sleepers);
        }
    }

    private void WaitForOthers()
    {
        long end = Stopwatch.GetTimestamp() + s_spinTicks;
        while (Volatile.Read(ref _unfinished) != 0)
        {
            if (Stopwatch.GetTimestamp() < end)
            {
                Thread.SpinWait(20);
                continue;
            }

            lock (_doneGate)
            {
                Interlocked.Exchange(ref _callerSleeps, 1);
                while (Volatile.Read(ref _unfinished) != 0)
                {
                    Monitor.Wait(_doneGate);
                }

                _callerSleeps = 0;
            }
        }
    }
}
