using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>A device function of the library: its text and the functions it calls.</summary>
internal sealed record DeviceFunction(string Name, string Text, params string[] Uses);

/// <summary>
/// The device functions that kernels are put together from, with sizes as template arguments, so that a kernel names its literal sizes
/// where it calls them. Only those that a model uses are written into its source.
/// </summary>
internal sealed class CudaLibrary
{
    private static readonly DeviceFunction[] s_all =
    [
        .. CudaElements.Functions, .. CudaTensorProducts.Functions, .. CudaProducts.Functions, .. CudaInteractions.Functions, .. CudaLosses.Functions, .. CudaRows.Functions, .. CudaQuantize.Functions,
    ];

    private static readonly Dictionary<string, DeviceFunction> s_byName = s_all.ToDictionary(f => f.Name);

    private readonly HashSet<string> _used = [];

    /// <summary>The name of a function, which is then part of the source.</summary>
    public string Use(string name)
    {
        if (_used.Add(name))
        {
            foreach (string other in s_byName[name].Uses)
            {
                Use(other);
            }
        }

        return name;
    }

    /// <summary>Writes the functions in use, each after those it calls.</summary>
    public void Write(SourceWriter w)
    {
        foreach (DeviceFunction function in s_all.Where(f => _used.Contains(f.Name)))
        {
            w.Lines(function.Text);
            w.Line();
        }
    }
}
