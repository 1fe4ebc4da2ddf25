using System;
using System.Collections.Generic;
using System.Diagnostics;
using ModelGen.Cuda;

namespace ModelGen.Tests;

internal sealed unsafe partial class HostCudaDriver
{
    private const int CaptureUnsupported = 900;
    private const int CaptureUnjoined = 904;

    private readonly Dictionary<nint, Queue> _streams = new() { [0] = new Queue() };
    private readonly Dictionary<nint, Mark> _events = [];
    private readonly Dictionary<nint, List<Action>> _graphs = [];
    private Recording? _recording;

    public CudaStream CreateStream()
    {
        nint handle = _nextHandle++;
        _streams[handle] = new Queue();
        return new CudaStream(handle);
    }

    public void DestroyStream(CudaStream stream)
    {
        RunAll();
        _streams.Remove(stream.Handle);
    }

    public void Synchronize(CudaStream stream)
    {
        ThrowIfCapturing("cuStreamSynchronize");
        Queue queue = _streams[stream.Handle];
        queue.RunUntil(queue.Last);
    }

    public CudaEvent CreateEvent(bool timing)
    {
        nint handle = _nextHandle++;
        _events[handle] = new Mark(timing);
        return new CudaEvent(handle);
    }

    public void DestroyEvent(CudaEvent completion) => _events.Remove(completion.Handle);

    public void Record(CudaEvent completion, CudaStream stream)
    {
        Mark mark = _events[completion.Handle];
        Queue queue = _streams[stream.Handle];
        if (_recording is { } recording && recording.Has(queue))
        {
            mark.Captured = recording.Mark(queue);
            return;
        }

        mark.Captured = null;
        (mark.Queue, mark.Position) = (queue, queue.Last + 1);
        queue.Add(() => mark.Time = Stopwatch.GetTimestamp());
    }

    public void Wait(CudaStream stream, CudaEvent completion)
    {
        Mark mark = _events[completion.Handle];
        Queue queue = _streams[stream.Handle];
        if (mark.Captured is { } captured && _recording is { } recording)
        {
            recording.Join(queue, captured);
            return;
        }

        if (mark.Queue is { } recorded)
        {
            long position = mark.Position;
            Enqueue(stream, () => recorded.RunUntil(position));
        }
    }

    public void Synchronize(CudaEvent completion)
    {
        ThrowIfCapturing("cuEventSynchronize");
        Mark mark = _events[completion.Handle];
        mark.Queue?.RunUntil(mark.Position);
    }

    public float ElapsedMilliseconds(CudaEvent start, CudaEvent end)
    {
        (Mark from, Mark to) = (_events[start.Handle], _events[end.Handle]);
        return from.Timing && to.Timing && from.Time != 0 && to.Time != 0
            ? (float)Stopwatch.GetElapsedTime(from.Time, to.Time).TotalMilliseconds
            : throw Error("cuEventElapsedTime", CudaError.InvalidValue, "an event without timing, or one that is not complete");
    }

    public void BeginCapture(CudaStream stream)
    {
        ThrowIfCapturing("cuStreamBeginCapture_v2");
        _recording = new Recording(_streams[stream.Handle]);
    }

    public CudaGraph EndCapture(CudaStream stream)
    {
        Recording? recording = _recording;
        _recording = null;
        if (recording is null || recording.Origin != _streams[stream.Handle])
        {
            throw Error("cuStreamEndCapture", CudaError.InvalidValue, "the stream is not recording");
        }

        if (!recording.IsJoined)
        {
            throw Error("cuStreamEndCapture", CaptureUnjoined, "another stream of the recording was not waited for");
        }

        nint handle = _nextHandle++;
        _graphs[handle] = recording.Work;
        return new CudaGraph(handle);
    }

    public void Launch(CudaGraph graph, CudaStream stream)
    {
        List<Action> work = _graphs[graph.Handle];
        Enqueue(stream, () =>
        {
            DuringReplay?.Invoke();
            work.ForEach(action => action());
        });
    }

    public void DestroyGraph(CudaGraph graph)
    {
        RunAll();
        _graphs.Remove(graph.Handle);
    }

    /// <summary>Queues work of a library.</summary>
    internal void Enqueue(CudaStream stream, Action action)
    {
        Queue queue = _streams[stream.Handle];
        if (_recording is { } recording && recording.Has(queue))
        {
            recording.Add(queue, action);
        }
        else
        {
            queue.Add(action);
        }
    }

    private void RunAll()
    {
        foreach (Queue queue in _streams.Values)
        {
            queue.RunUntil(queue.Last);
        }
    }

    private void ThrowIfCapturing(string call)
    {
        if (_recording is not null)
        {
            throw Error(call, CaptureUnsupported, "a stream is being recorded");
        }
    }

    // Work of a stream in order; positions count from 1.
    private sealed class Queue
    {
        private readonly Queue<Action> _work = [];
        private long _done;

        public long Last { get; private set; }

        public void Add(Action action)
        {
            _work.Enqueue(action);
            Last++;
        }

        public void RunUntil(long position)
        {
            while (_done < position && _work.TryDequeue(out Action? action))
            {
                _done++;
                action();
            }
        }
    }

    private sealed class Mark(bool timing)
    {
        public bool Timing => timing;

        public Queue? Queue { get; set; }

        public long Position { get; set; }

        public long Time { get; set; }

        public Captured? Captured { get; set; }
    }

    private sealed record Captured(Queue Queue, int Position);

    // Work being recorded, in the order it was queued, which is one of the orders its events allow.
    private sealed class Recording(Queue origin)
    {
        private readonly Dictionary<Queue, int> _last = new() { [origin] = 0 };
        private readonly Dictionary<Queue, int> _joined = [];

        public Queue Origin => origin;

        public List<Action> Work { get; } = [];

        public bool IsJoined
        {
            get
            {
                foreach ((Queue queue, int last) in _last)
                {
                    if (queue != origin && _joined.GetValueOrDefault(queue) < last)
                    {
                        return false;
                    }
                }

                return true;
            }
        }

        public bool Has(Queue queue) => _last.ContainsKey(queue);

        public void Add(Queue queue, Action action)
        {
            Work.Add(action);
            _last[queue] = Work.Count;
        }

        public Captured Mark(Queue queue) => new(queue, Work.Count);

        public void Join(Queue queue, Captured mark)
        {
            _last.TryAdd(queue, Work.Count);
            if (queue == origin)
            {
                _joined[mark.Queue] = mark.Position;
            }
        }
    }
}
