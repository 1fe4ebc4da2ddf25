using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// The work of one kernel on each feature or table. What features have in common is written once, as a device function of the addresses
/// in which they differ, so that a model of many features of one form compiles one function.
/// </summary>
internal sealed class CudaForms(string kernel)
{
    private readonly Dictionary<string, string> _names = [];
    private readonly List<string> _texts = [];
    private readonly List<(int Case, string Call)> _calls = [];

    /// <summary>Cases of the kernel: its blocks in the second dimension.</summary>
    public int Count => _calls.Count;

    /// <summary>Adds the work on one feature or table.</summary>
    /// <param name="name">Its name, after which the function is called when it is the first of its form.</param>
    /// <param name="comment">What the function does.</param>
    /// <param name="body">Body of the function.</param>
    /// <param name="addresses">Parameters and arguments of the function beside the step and the block's memory.</param>
    public void Add(string name, string comment, string body, CudaAddresses addresses)
    {
        string parameters = string.Concat(addresses.Parameters.Select(p => $", {p}")), key = parameters + "\n" + body;
        if (!_names.TryGetValue(key, out string function))
        {
            function = $"{kernel}_{CudaText.Identifier(name)}";
            for (int n = 2; _names.ContainsValue(function); n++)
            {
                function = $"{kernel}_{CudaText.Identifier(name)}_{n}";
            }

            _names[key] = function;
            var w = new SourceWriter();
            w.Line($"// {CudaText.Comment(comment)}");
            w.Line($"static __device__ void {function}(const Step* step, float* block{parameters})");
            using (w.Braces())
            {
                w.Lines(body.TrimEnd('\n'));
            }

            _texts.Add(w.ToString());
        }

        _calls.Add((_calls.Count, $"{function}(step, block{string.Concat(addresses.Arguments.Select(a => $", {a}"))});"));
    }

    /// <summary>Writes the functions and the kernel.</summary>
    /// <param name="w">The source.</param>
    /// <param name="comment">What the kernel does.</param>
    /// <param name="blockFloats">Shared memory of a block; 0 for none.</param>
    /// <param name="guard">A statement before the work; empty for none.</param>
    public void Write(SourceWriter w, string comment, int blockFloats, string guard)
    {
        foreach (string text in _texts)
        {
            w.Lines(text);
        }

        w.Line($"// {comment}");
        w.Line($"extern \"C\" __global__ void __launch_bounds__(BOUNDS) {kernel}(const Step* step)");
        using (w.Braces())
        {
            w.Line(blockFloats > 0 ? $"__shared__ float block[{blockFloats}];" : "float* block = nullptr;");
            if (guard.Length > 0)
            {
                w.Lines(guard);
            }

            using (w.Block("switch (blockIdx.y)"))
            {
                foreach ((int number, string call) in _calls)
                {
                    w.Line($"case {number}: {call} break;");
                }
            }
        }

        w.Line();
    }
}

/// <summary>The addresses that a function of one form takes, in the order of their first use.</summary>
internal sealed class CudaAddresses
{
    private readonly List<(string Parameter, string Argument)> _all = [];

    public IEnumerable<string> Parameters => _all.Select(a => a.Parameter);

    public IEnumerable<string> Arguments => _all.Select(a => a.Argument);

    /// <summary>The name by which the function calls an address.</summary>
    /// <param name="type">C type of the parameter, such as "const float*".</param>
    /// <param name="kind">First letters of its name.</param>
    /// <param name="argument">What the kernel passes.</param>
    public string Use(string type, string kind, string argument)
    {
        int index = _all.FindIndex(a => a.Argument == argument && a.Parameter.StartsWith($"{type} {kind}", System.StringComparison.Ordinal));
        if (index < 0)
        {
            index = _all.Count;
            _all.Add(($"{type} {kind}{index}", argument));
        }

        return $"{kind}{index}";
    }
}
