using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

namespace ModelGen.Compiled;

/// <summary>A loaded ONNX model. Unless told otherwise it computes on one thread without busy waiting, so it disturbs nothing else on the machine.</summary>
internal sealed unsafe class OnnxSession : IDisposable
{
    private readonly OnnxRuntimeApi _api;
    private readonly nint _memory;
    private nint _session;

    private OnnxSession(OnnxRuntimeApi api, nint session)
    {
        _api = api;
        _session = session;
        _memory = api.CreateCpuMemory();
        Inputs = [.. Enumerable.Range(0, api.InputCount(session)).Select(DescribeInput)];
        Outputs = [.. Enumerable.Range(0, api.OutputCount(session)).Select(i => api.OutputName(session, i))];
    }

    /// <summary>The inputs; a size of -1 is chosen by each run.</summary>
    public IReadOnlyList<(string Name, OnnxType Type, long[] Shape)> Inputs { get; }

    /// <summary>Names of the outputs.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Loads a model file, with its external data if it has any.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threads">Threads that share an operation.</param>
    /// <param name="spinning">Whether threads without work wait busily.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime is missing, or refuses the file.</exception>
    public static OnnxSession Load(string path, int threads = 1, bool spinning = false)
    {
        OnnxRuntimeApi api = OnnxRuntimeLibrary.Load();
        nint options = api.CreateSessionOptions();
        try
        {
            api.SetIntraOpThreads(options, threads);
            api.AddConfiguration(options, "session.intra_op.allow_spinning", spinning ? "1" : "0");
            return new OnnxSession(api, api.CreateSession(path, options));
        }
        finally
        {
            api.ReleaseSessionOptions(options);
        }
    }

    /// <summary>Runs the model and returns one output of floats with its shape.</summary>
    /// <param name="inputs">All inputs of the model, in any order.</param>
    /// <param name="output">Name of the output; the first one by default.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses an input, or an index lies outside a table.</exception>
    public (float[] Values, long[] Shape) Run(IReadOnlyList<OnnxTensor> inputs, string? output = null)
    {
        (Array values, long[] shape) = Run(inputs, [output ?? Outputs[0]])[0];
        return values is float[] floats
            ? (floats, shape)
            : throw new OnnxRuntimeException($"The output '{output ?? Outputs[0]}' holds values of type {values.GetType().GetElementType()!.Name}, expected {OnnxType.Float}.");
    }

    /// <summary>Runs the model and returns outputs of floats, 64-bit integers or texts with their shapes.</summary>
    /// <param name="inputs">All inputs of the model, in any order.</param>
    /// <param name="outputs">Names of the outputs.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses an input, or an index lies outside a table.</exception>
    public (Array Values, long[] Shape)[] Run(IReadOnlyList<OnnxTensor> inputs, IReadOnlyList<string> outputs)
    {
        using PreparedRun run = Prepare(inputs, outputs);
        run.Execute();
        return run.Read();
    }

    /// <summary>Prepares a run that is made many times: the arrays of the numeric inputs stay in use, so that new values can be put there between runs.</summary>
    /// <inheritdoc cref="Run(IReadOnlyList{OnnxTensor}, IReadOnlyList{string})"/>
    public PreparedRun Prepare(IReadOnlyList<OnnxTensor> inputs, IReadOnlyList<string> outputs)
    {
        ObjectDisposedException.ThrowIf(_session == 0, this);
        return new PreparedRun(this, inputs, outputs);
    }

    /// <summary>Releases the model.</summary>
    public void Dispose()
    {
        if (_session != 0)
        {
            _api.ReleaseSession(_session);
            _api.ReleaseMemory(_memory);
            _session = 0;
        }
    }

    /// <summary>Inputs and outputs of a run, held for repetition; not for several threads at a time.</summary>
    internal sealed class PreparedRun : IDisposable
    {
        private readonly OnnxSession _owner;
        private readonly List<Utf8Text> _texts = [];
        private readonly List<GCHandle> _pins = [];
        private readonly nint[] _names;
        private readonly nint[] _wanted;
        private readonly nint[] _values;
        private readonly nint[] _results;

        public PreparedRun(OnnxSession owner, IReadOnlyList<OnnxTensor> inputs, IReadOnlyList<string> outputs)
        {
            _owner = owner;
            _values = new nint[inputs.Count];
            _results = new nint[outputs.Count];
            try
            {
                _names = [.. inputs.Select(i => Text(i.Name))];
                _wanted = [.. outputs.Select(Text)];
                for (int i = 0; i < _values.Length; i++)
                {
                    _values[i] = owner.CreateValue(inputs[i], _pins);
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>Runs the model on what the inputs hold now.</summary>
        /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses an input, or an index lies outside a table.</exception>
        public void Execute()
        {
            ReleaseResults();
            _owner._api.Run(_owner._session, _names, _values, _wanted, _results);
        }

        /// <summary>Copies of the outputs of the last run.</summary>
        public (Array Values, long[] Shape)[] Read() => [.. _results.Select(_owner.Read)];

        /// <summary>Releases inputs and outputs.</summary>
        public void Dispose()
        {
            ReleaseResults();
            for (int i = 0; i < _values.Length; i++)
            {
                Release(ref _values[i]);
            }

            _texts.ForEach(t => t.Dispose());
            _pins.ForEach(p => p.Free());
            _texts.Clear();
            _pins.Clear();
        }

        private nint Text(string name)
        {
            _texts.Add(new Utf8Text(name));
            return _texts[^1].Pointer;
        }

        private void ReleaseResults()
        {
            for (int i = 0; i < _results.Length; i++)
            {
                Release(ref _results[i]);
            }
        }

        private void Release(ref nint value)
        {
            if (value != 0)
            {
                _owner._api.ReleaseValue(value);
                value = 0;
            }
        }
    }

    private (Array Values, long[] Shape) Read(nint result)
    {
        (OnnxType type, long[] shape) = _api.Shape(result);
        int count = checked((int)shape.Aggregate(1L, (product, size) => product * size));
        return type switch
        {
            OnnxType.Float => (new ReadOnlySpan<float>(_api.TensorData(result), count).ToArray(), shape),
            OnnxType.Int64 => (new ReadOnlySpan<long>(_api.TensorData(result), count).ToArray(), shape),
            OnnxType.String => (_api.Texts(result, count), shape),
            _ => throw new OnnxRuntimeException($"An output of type {type} cannot be read."),
        };
    }

    private nint CreateValue(OnnxTensor tensor, List<GCHandle> pins)
    {
        if (tensor.Values is string[] texts)
        {
            Utf8Text[] copies = [.. texts.Select(t => new Utf8Text(t))];
            nint value = _api.CreateTextTensor(tensor.Shape, [.. copies.Select(c => c.Pointer)]);
            Array.ForEach(copies, c => c.Dispose());
            return value;
        }

        GCHandle pin = GCHandle.Alloc(tensor.Values, GCHandleType.Pinned);
        pins.Add(pin);
        return _api.CreateTensor(_memory, (void*)pin.AddrOfPinnedObject(), Buffer.ByteLength(tensor.Values), tensor.Shape, tensor.Type);
    }

    private (string Name, OnnxType Type, long[] Shape) DescribeInput(int index)
    {
        nint description = _api.InputType(_session, index);
        try
        {
            (OnnxType type, long[] shape) = _api.DeclaredShape(description);
            return (_api.InputName(_session, index), type, shape);
        }
        finally
        {
            _api.ReleaseType(description);
        }
    }
}
