using System;

namespace ModelGen.Bench;

/// <summary>Rows that belong together: one line in <see cref="RowGroups"/>, one folder or file for the work.</summary>
/// <param name="Name">Name by which <c>--rows</c> asks for all of them.</param>
/// <param name="Rows">The rows, measured in this order.</param>
internal sealed record RowGroup(string Name, RowSource[] Rows);

/// <summary>A row that can be measured.</summary>
/// <param name="Name">Name of the row, by which <c>--rows</c> asks for it alone.</param>
/// <param name="Measure">Measures it.</param>
internal sealed record RowSource(string Name, Func<BenchmarkOptions, Limits, BenchmarkRow> Measure);
