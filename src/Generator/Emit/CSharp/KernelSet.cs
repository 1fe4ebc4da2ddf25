using System;
using System.Collections.Generic;
using ModelGen.Generator.Helpers;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>
/// The kernels one model needs, each written once however many operations share it. A kernel is a generic body over the vector
/// width and a dispatcher that picks the widest one the processor has; the just-in-time compiler folds the choice.
/// </summary>
internal sealed class KernelSet
{
    private readonly Dictionary<string, (int Lanes, string Summary, string Parameters, string Body)> _bodies = [];
    private readonly List<string> _texts = [];

    /// <summary>The widest vector, in floats, that divides a width: 16, 8, 4 or 1.</summary>
    public static int Lanes(int width) => width % 16 == 0 ? 16 : width % 8 == 0 ? 8 : width % 4 == 0 ? 4 : 1;

    /// <summary>
    /// Registers a kernel and returns its name. The name says what is literal in the kernel; where two different kernels would
    /// share one (feature names can be made to), the second is numbered.
    /// </summary>
    /// <param name="name">Method name.</param>
    /// <param name="lanes">Widest vector allowed.</param>
    /// <param name="summary">One line of documentation in the paper's terms.</param>
    /// <param name="parameters">Parameter list of the method.</param>
    /// <param name="arguments">The same as an argument list.</param>
    /// <param name="body">Body, generic over S and V.</param>
    public string Add(string name, int lanes, string summary, string parameters, string arguments, Func<string> body)
    {
        string text = body(), unique = name;
        var signature = (lanes, summary, parameters, text);
        for (int number = 2; _bodies.TryGetValue(unique, out var existing); number++)
        {
            if (existing == signature)
            {
                return unique;
            }

            unique = $"{name}_{number}";
        }

        var w = new SourceWriter();
        w.Line($"/// <summary>{summary}</summary>");
        using (w.Block($"private static void {unique}({parameters})"))
        {
            foreach (string line in Dispatch(unique, lanes, arguments))
            {
                w.Line(line);
            }
        }

        w.Line();
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        w.Line($"private static void {unique}<S, V>({parameters})");
        w.Line("    where S : struct, ISimd<V> where V : struct");
        using (w.Braces())
        {
            w.Lines(text);
        }

        _bodies[unique] = signature;
        _texts.Add(w.ToString());
        return unique;
    }

    public void Write(SourceWriter w)
    {
        foreach (string text in _texts)
        {
            w.Line();
            w.Lines(text.TrimEnd('\n'));
        }
    }

    private static IEnumerable<string> Dispatch(string name, int lanes, string arguments)
    {
        switch (lanes)
        {
            case 16:
                yield return $"if (Vector512.IsHardwareAccelerated) {name}<Simd512, Vector512<float>>({arguments});";
                yield return $"else if (Vector256.IsHardwareAccelerated) {name}<Simd256, Vector256<float>>({arguments});";
                yield return $"else {name}<Simd128, Vector128<float>>({arguments});";
                break;
            case 8:
                yield return $"if (Vector256.IsHardwareAccelerated) {name}<Simd256, Vector256<float>>({arguments});";
                yield return $"else {name}<Simd128, Vector128<float>>({arguments});";
                break;
            case 4:
                yield return $"{name}<Simd128, Vector128<float>>({arguments});";
                break;
            default:
                yield return $"{name}<SimdScalar, float>({arguments});";
                break;
        }
    }
}
