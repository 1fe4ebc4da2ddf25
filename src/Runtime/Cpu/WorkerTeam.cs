using System;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace ModelGen;

/// <summary>
/// A fixed team of threads that runs indexed work. The calling thread takes part. Every thread has a home block of neighbouring items, the
/// same one in every run of as many items, so that memory which an item touches stays with one core; a thread that is done with its own
/// block takes items of the others, so uneven items balance themselves. A run allocates nothing. Runs are started from one thread at a time
/// and not from inside an item.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    /// <summary>Most threads of a team.</summary>
    public const int MaximumSize = 1024;

    // Work arrives every few tens of microseconds while a model is being trained; a thread that sleeps that long wakes too late.
    private const int SpinMicroseconds = 40;

    // Between two looks; a few tens of nanoseconds each.
    private const int SpinRounds = 4;

    private static readonly long s_spinTicks = Stopwatch.Frequency * SpinMicroseconds / 1_000_000;

    private readonly Thread[] _threads;
    private readonly Lock _failureLock = new();
    private readonly object _workGate = new();
    private readonly object _doneGate = new();

    private readonly Block[] _blocks;
    private readonly int[] _ends;

    // What is written once per item or thread lies on lines of its own, apart from what every item reads.
    private readonly PaddedInt[] _counters = new PaddedInt[2];

    private ITeamWork? _work;
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
        _blocks = new Block[size];
        _ends = new int[size];
        _threads = new Thread[size - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int home = i + 1;
            _threads[i] = new Thread(() => WorkUntilStopped(home)) { IsBackground = true, Name = $"ModelGen worker {home}" };
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
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        for (int t = 0; t < _ends.Length; t++)
        {
            _ends[t] = (int)((long)count * (t + 1) / _ends.Length);
        }

        Run(_ends, work);
    }

    /// <summary>Executes the items of a list with its own home blocks, as <see cref="Run(int, ITeamWork)"/> does.</summary>
    /// <param name="ends">Where the home block of every thread ends.</param>
    /// <param name="work">The work.</param>
    public void Run(ReadOnlySpan<int> ends, ITeamWork work)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(ends.Length, Size);
        int count = ends[^1];
        if (_threads.Length == 0 || count <= 1)
        {
            for (int item = 0; item < count; item++)
            {
                work.Execute(item);
            }

            return;
        }

        _work = work;
        Unfinished = count;
        int run = LastRun + 1;
        for (int t = 0; t < _blocks.Length; t++)
        {
            _blocks[t].End = ends[t];
            Volatile.Write(ref _blocks[t].Ticket, ((long)run << 32) | (uint)(ends[t] - (t == 0 ? 0 : ends[t - 1])));
        }

        Interlocked.Exchange(ref LastRun, run);
        if (Volatile.Read(ref _sleepers) > 0)
        {
            lock (_workGate)
            {
                Monitor.PulseAll(_workGate);
            }
        }

        ExecuteAll(home: 0);
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

    /// <summary>Number of the last run that was started.</summary>
    private ref int LastRun => ref _counters[0].Value;

    /// <summary>Items of the run that are not reported as done.</summary>
    private ref int Unfinished => ref _counters[1].Value;

    private void WorkUntilStopped(int home)
    {
        int seen = 0;
        while (!Volatile.Read(ref _stopping))
        {
            if (Volatile.Read(ref LastRun) == seen && !SpinForWork(seen))
            {
                SleepUntilWork(seen);
            }

            seen = Volatile.Read(ref LastRun);
            ExecuteAll(home);
        }
    }

    /// <summary>
    /// Executes what is left of the own block, then of the blocks behind it, and reports what was done at once: as long as something done is not
    /// reported, the run does not end, so all of it belongs to one run.
    /// </summary>
    private void ExecuteAll(int home)
    {
        int done = 0;
        for (int t = 0; t < _blocks.Length; t++)
        {
            int block = home + t < _blocks.Length ? home + t : home + t - _blocks.Length;
            while (TryExecuteOne(ref _blocks[block]))
            {
                done++;
            }
        }

        if (done > 0 && Interlocked.Add(ref Unfinished, -done) == 0 && Volatile.Read(ref _callerSleeps) != 0)
        {
            lock (_doneGate)
            {
                Monitor.Pulse(_doneGate);
            }
        }
    }

    /// <summary>Claims and executes one item of a block; false when none is left. A claim is valid only if the ticket is still that of the run whose work was read.</summary>
    private bool TryExecuteOne(ref Block block)
    {
        while (true)
        {
            long ticket = Volatile.Read(ref block.Ticket);
            uint unclaimed = (uint)ticket;
            if (unclaimed == 0)
            {
                return false;
            }

            ITeamWork? work = Volatile.Read(ref _work);
            int item = Volatile.Read(ref block.End) - (int)unclaimed;
            if (Interlocked.CompareExchange(ref block.Ticket, ticket - 1, ticket) == ticket)
            {
                Execute(work!, item);
                return true;
            }
        }
    }

    private void Execute(ITeamWork work, int item)
    {
        if (Volatile.Read(ref _failure) is not null)
        {
            return;
        }

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

    private bool SpinForWork(int seen)
    {
        long end = Stopwatch.GetTimestamp() + s_spinTicks;
        do
        {
            if (Volatile.Read(ref LastRun) != seen)
            {
                return true;
            }

            Thread.SpinWait(SpinRounds);
        }
        while (Stopwatch.GetTimestamp() < end);
        return false;
    }

    // The sleeper announces itself before it looks at the run a last time, the caller writes the run before it looks for
    // sleepers, both with full fences: one of the two always sees the other.
    private void SleepUntilWork(int seen)
    {
        lock (_workGate)
        {
            Interlocked.Increment(ref _sleepers);
            while (Volatile.Read(ref LastRun) == seen && !_stopping)
            {
                Monitor.Wait(_workGate);
            }

            Interlocked.Decrement(ref _sleepers);
        }
    }

    private void WaitForOthers()
    {
        long end = Stopwatch.GetTimestamp() + s_spinTicks;
        while (Volatile.Read(ref Unfinished) != 0)
        {
            if (Stopwatch.GetTimestamp() < end)
            {
                Thread.SpinWait(SpinRounds);
                continue;
            }

            lock (_doneGate)
            {
                Interlocked.Exchange(ref _callerSleeps, 1);
                while (Volatile.Read(ref Unfinished) != 0)
                {
                    Monitor.Wait(_doneGate);
                }

                _callerSleeps = 0;
            }
        }
    }

    // The items of one thread's home. Ticket: the high half is the number of the run, the low half the items not yet claimed. One word, so that
    // a thread that comes late from an earlier run can never claim an item with that run's bounds.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Block
    {
        [FieldOffset(64)]
        public long Ticket;

        [FieldOffset(72)]
        public int End;
    }

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct PaddedInt
    {
        [FieldOffset(64)]
        public int Value;
    }
}
