using System;
using System.Linq;
using System.Threading.Tasks;

namespace ModelGen.Compiled;

/// <summary>
/// The forward pass of the served form of a model as CUDA C, for models with an item whose score is no inner product of a query and an item: the
/// kernels embed (where vectors are computed) and <see cref="CudaProgram.ScoreItems"/>.
/// </summary>
public sealed record ServedProgram
{
    private const int BlockRows = 1024;

    /// <summary>The served form: its tables, codes being tables of whole numbers, its dense parameters and the layout of its vectors.</summary>
    public required ModelSchema Schema { get; init; }

    /// <summary>The kernels.</summary>
    public required CudaProgram Program { get; init; }

    /// <summary>The parameters of a collapsed model as the kernels read them: every table in 32-bit floats, whatever its format.</summary>
    internal ModelState Decode(CollapsedWeights weights)
    {
        ModelState state = ParameterFactory.Allocate(Schema, weights.Vocabularies, weights.Scalings, optimizerState: false);
        foreach (Table table in state.Tables)
        {
            Fill(table, weights);
        }

        foreach (DenseParameter parameter in Schema.Dense)
        {
            CollapsedDense dense = weights.FindDense(parameter.Name);
            for (int row = 0; row < dense.Rows; row++)
            {
                dense.Values.AsSpan(row * dense.Columns, dense.Columns).CopyTo(state.Dense.Span(parameter.Offset + ((long)row * parameter.Stride), dense.Columns));
            }
        }

        return state;
    }

    private static void Fill(Table table, CollapsedWeights weights)
    {
        int width = table.Parameter.Width;
        CollapsedCodes? codes = weights.Codes.FirstOrDefault(c => c.Name == table.Parameter.Name);
        CollapsedTable? values = codes is null ? weights.FindTable(table.Parameter.Name) : null;
        Parallel.For(0, (table.Rows + BlockRows - 1) / BlockRows, block =>
        {
            ushort[] numbers = new ushort[codes is null ? 0 : width];
            for (long row = block * BlockRows; row < long.Min(table.Rows, (block + 1) * BlockRows); row++)
            {
                Span<float> target = table.Values.Span(row * width, width);
                values?.Decode(row, target);
                codes?.Read(row, numbers);
                for (int i = 0; i < numbers.Length; i++)
                {
                    target[i] = numbers[i];
                }
            }
        });
    }
}
