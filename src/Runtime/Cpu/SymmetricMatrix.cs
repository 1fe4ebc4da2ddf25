using System;
using System.Threading.Tasks;

namespace ModelGen.Compiled;

/// <summary>
/// A symmetric matrix in double precision as the 64 x 64 blocks of its lower half, and its inverse by a blocked Cholesky factorisation.
/// Rows behind the last are those of the identity. Blocks belong to one task each and add in a fixed order, so the result is the same on
/// any number of threads. Takes 4 n^2 bytes for n rows, twice as many while it is inverted.
/// </summary>
internal sealed class SymmetricMatrix : IDisposable
{
    private const int Size = DoubleBlocks.Size;

    private readonly int _blocks;
    private readonly BlockStore _lower;

    /// <summary>A matrix of zeros.</summary>
    /// <param name="rows">Number of rows and columns, at least 1.</param>
    public SymmetricMatrix(int rows)
    {
        Rows = rows;
        _blocks = (rows + Size - 1) / Size;
        _lower = new BlockStore(Number(_blocks, 0));
        for (int row = rows; row < _blocks * Size; row++)
        {
            this[row, row] = 1;
        }
    }

    /// <summary>Number of rows and columns.</summary>
    public int Rows { get; }

    /// <summary>An element of the lower half, the diagonal included: <paramref name="column"/> is at most <paramref name="row"/>.</summary>
    public ref double this[int row, int column] => ref _lower[Number(row / Size, column / Size)][(row % Size * Size) + (column % Size)];

    /// <summary>Replaces the matrix by its inverse: of its Cholesky factor L first, then X^T X with X the inverse of L.</summary>
    /// <exception cref="ArithmeticException">The matrix is not positive definite in double precision; it is lost.</exception>
    public void Invert()
    {
        using var x = new BlockStore(Number(_blocks, 0));
        using var inverses = new BlockStore(_blocks);
        Factor(inverses);
        Parallel.For(0, _blocks, column => InvertColumn(column, inverses, x));
        Parallel.For(0L, Number(_blocks, 0), pair =>
        {
            // Block (i, j) of X^T X needs the rows from i on: X is lower triangular, and j is at most i.
            (int i, int j) = Pair(pair);
            Span<double> target = _lower[pair];
            target.Clear();
            for (int k = i; k < _blocks; k++)
            {
                DoubleBlocks.AddTransposedProduct(x[Number(k, i)], x[Number(k, j)], target);
            }
        });
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _lower.Dispose();

    // Replaces the matrix by L, block column by block column, and keeps the inverses of the diagonal blocks of L.
    private void Factor(BlockStore inverses)
    {
        using var transposed = new BlockStore(_blocks);
        for (int column = 0; column < _blocks; column++)
        {
            int k = column;
            if (DoubleBlocks.Factor(_lower[Number(k, k)]) is >= 0 and int row)
            {
                throw new ArithmeticException($"The matrix of {Rows} rows is not positive definite: the pivot of row {(k * Size) + row} is not positive.");
            }

            DoubleBlocks.InvertLower(_lower[Number(k, k)], inverses[k]);
            DoubleBlocks.Transpose(inverses[k], 1, transposed[k]);
            Parallel.For(k + 1, _blocks, i =>
            {
                Span<double> block = _lower[Number(i, k)];
                double[] copy = block.ToArray();
                block.Clear();
                DoubleBlocks.AddProduct(copy, transposed[k], block);
                DoubleBlocks.Transpose(block, -1, transposed[i]);
            });

            int first = k + 1;
            Parallel.For(0L, Number(_blocks - first, 0), pair =>
            {
                (int i, int j) = Pair(pair);
                DoubleBlocks.AddProduct(_lower[Number(first + i, k)], transposed[first + j], _lower[Number(first + i, first + j)]);
            });
        }
    }

    // One block column of the inverse X of L: X_ij = -(inverse of L_ii) times the sum over k from j to i - 1 of L_ik X_kj.
    private void InvertColumn(int j, BlockStore inverses, BlockStore x)
    {
        double[] sum = new double[DoubleBlocks.Elements], negative = new double[DoubleBlocks.Elements];
        inverses[j].CopyTo(x[Number(j, j)]);
        for (int i = j + 1; i < _blocks; i++)
        {
            Array.Clear(sum);
            for (int k = j; k < i; k++)
            {
                DoubleBlocks.AddProduct(_lower[Number(i, k)], x[Number(k, j)], sum);
            }

            Span<double> inverse = inverses[i];
            for (int e = 0; e < negative.Length; e++)
            {
                negative[e] = -inverse[e];
            }

            DoubleBlocks.AddProduct(negative, sum, x[Number(i, j)]);
        }
    }

    // Blocks are numbered (0, 0), (1, 0), (1, 1), (2, 0) and so on.
    private static long Number(long i, long j) => (i * (i + 1) / 2) + j;

    private static (int I, int J) Pair(long number)
    {
        int i = (int)((Math.Sqrt((8.0 * number) + 1) - 1) / 2);
        return (i, (int)(number - Number(i, 0)));
    }
}
