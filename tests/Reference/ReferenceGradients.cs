using System;
using System.Collections.Generic;

namespace ModelGen.Reference;

/// <summary>Gradients of the batch's mean loss with respect to every parameter.</summary>
public sealed class ReferenceGradients
{
    private readonly ReferenceParameters _values;
    private readonly Dictionary<string, SortedSet<int>> _touched = [];
    private readonly HashSet<string> _active = [];

    /// <summary>Zero gradients of a model: no row touched, no feature active.</summary>
    public ReferenceGradients(ReferenceModel model) => _values = new ReferenceParameters(model.Ir.Parameters, model.IdsOf);

    /// <summary>Gradient of a parameter in its full shape; untouched table rows are zero.</summary>
    /// <exception cref="ArgumentException">No parameter has this name.</exception>
    public double[,] this[string name] => _values[name];

    /// <summary>Features with at least one known id in the batch.</summary>
    public IReadOnlySet<string> ActiveFeatures => _active;

    /// <summary>Rows of a table that the batch reads, whatever their gradient.</summary>
    public IReadOnlySet<int> Touched(string table) => _touched.TryGetValue(table, out SortedSet<int>? rows) ? rows : new SortedSet<int>();

    /// <summary>Marks a row as read by the batch.</summary>
    public void Touch(string table, int row)
    {
        if (!_touched.TryGetValue(table, out SortedSet<int>? rows))
        {
            _touched[table] = rows = [];
        }

        rows.Add(row);
    }

    /// <summary>Marks a feature as having a known id in the batch.</summary>
    public void Activate(string feature) => _active.Add(feature);
}
