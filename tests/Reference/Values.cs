using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>The values a pass has computed: one vector per example, or one vector per distinct known id of a feature.</summary>
internal sealed class Values
{
    private readonly Dictionary<string, double[][]> _perExample = [];
    private readonly Dictionary<string, SortedDictionary<int, double[]>> _perId = [];
    private readonly Dictionary<string, string> _features = [];

    public double[] At(string name, int example) => _perExample[name][example];

    public double[] AtId(string name, int id) => _perId[name][id];

    public IReadOnlyList<double[]> PerExample(string name) => _perExample[name];

    public IReadOnlyDictionary<int, double[]> PerId(string name) => _perId[name];

    /// <summary>Feature of a value per id.</summary>
    public string FeatureOf(string name) => _features[name];

    public void DefinePerExample(IrOp op, int examples, Func<int, double[]> vector) =>
        _perExample.Add(op.Target, [.. Enumerable.Range(0, examples).Select(e => Checked(op, vector(e)))]);

    public void DefinePerId(IrOp op, IEnumerable<int> ids, Func<int, double[]> vector)
    {
        var vectors = new SortedDictionary<int, double[]>();
        foreach (int id in ids)
        {
            vectors.Add(id, Checked(op, vector(id)));
        }

        _perId.Add(op.Target, vectors);
        _features.Add(op.Target, op.Feature!);
    }

    private static double[] Checked(IrOp op, double[] vector) => vector.Length == op.Width
        ? vector
        : throw new InvalidOperationException($"line {op.Line}: '{op.Name}' yields {vector.Length} numbers for '{op.Target}', which is declared with {op.Width}.");
}
