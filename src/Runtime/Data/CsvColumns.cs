using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// The columns of a file while its chunks are read. Several threads write, each into the rows of its chunk; where they start follows from the
/// lines before it, so that rows may be left out between two chunks. At the end rows move together and keys get their codes, in the order of the file.
/// </summary>
/// <param name="schema">The model.</param>
/// <param name="source">Name of the file, for messages.</param>
internal sealed class CsvColumns(ModelSchema schema, string source)
{
    // Held for reading by those who write into rows, for writing by one who makes the columns longer.
    private readonly ReaderWriterLockSlim _growth = new();
    private readonly List<CsvRun> _runs = [];

    /// <summary>Labels; empty when the model has none.</summary>
    public float[] Labels { get; private set; } = [];

    /// <summary>Timestamps; empty when the model has none.</summary>
    public long[] Timestamps { get; private set; } = [];

    /// <summary>Values of every numeric input.</summary>
    public float[][] Numerics { get; } = [.. schema.Numerics.Select(_ => Array.Empty<float>())];

    /// <summary>Token of the key of every single-valued input; of a bag the end of its tokens among those of the chunk.</summary>
    public int[][] Tokens { get; } = [.. schema.Categoricals.Select(_ => Array.Empty<int>())];

    private int Capacity { get; set; }

    /// <summary>Whether there are no rows.</summary>
    public bool IsEmpty => _runs.TrueForAll(r => r.Rows == 0);

    /// <summary>Makes room for a number of rows; to be called when no thread writes.</summary>
    public void Reserve(int rows)
    {
        Labels = schema.LabelColumn is null ? [] : Longer(Labels, rows);
        Timestamps = schema.Timestamp is null ? [] : Longer(Timestamps, rows);
        for (int f = 0; f < Numerics.Length; f++)
        {
            Numerics[f] = Longer(Numerics[f], rows);
        }

        for (int f = 0; f < Tokens.Length; f++)
        {
            Tokens[f] = Longer(Tokens[f], rows);
        }

        Capacity = rows;
    }

    /// <summary>Starts to write into the rows of a chunk; until <see cref="End"/> the columns stay where they are.</summary>
    /// <param name="start">First row.</param>
    /// <param name="most">Most rows.</param>
    /// <exception cref="DataSetException">There are more rows than an array can hold.</exception>
    public void Begin(long start, int most)
    {
        int end = Fits(start + most, source);
        _growth.EnterReadLock();
        while (end > Capacity)
        {
            _growth.ExitReadLock();
            _growth.EnterWriteLock();
            try
            {
                if (end > Capacity)
                {
                    Reserve((int)long.Min(Array.MaxLength, long.Max(end, 2L * Capacity)));
                }
            }
            finally
            {
                _growth.ExitWriteLock();
            }

            _growth.EnterReadLock();
        }
    }

    /// <summary>Ends what <see cref="Begin"/> started.</summary>
    public void End() => _growth.ExitReadLock();

    /// <summary>Adds the rows of a chunk.</summary>
    public void Add(CsvRun run)
    {
        lock (_runs)
        {
            _runs.Add(run);
        }
    }

    /// <summary>The columns, several at a time; there is nothing left afterwards.</summary>
    /// <param name="threads">Most threads.</param>
    /// <param name="ignored">Columns of the file that the model does not use.</param>
    /// <exception cref="DataSetException">A bag has more members than an array can hold.</exception>
    public DataColumns Finish(int threads, ImmutableArray<string> ignored)
    {
        _runs.Sort((a, b) => a.Index.CompareTo(b.Index));
        int rows = _runs.Sum(r => r.Rows);
        float[] labels = [];
        long[]? timestamps = null;
        float[][] numerics = new float[Numerics.Length][];
        KeyColumn[] categoricals = new KeyColumn[Tokens.Length];
        int next = 0, tasks = categoricals.Length + numerics.Length + 2;
        Parallel.For(0, int.Min(threads, tasks), new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            // Keys take longest and come first.
            IntegerCodes integers = new(source, Array.MaxLength);
            for (int task; (task = Interlocked.Increment(ref next) - 1) < tasks;)
            {
                int numeric = task - categoricals.Length;
                if (numeric < 0)
                {
                    categoricals[task] = schema.Categoricals[task].IsBag ? Bags(task, rows, integers) : Keys(task, rows, integers);
                }
                else if (numeric < numerics.Length)
                {
                    numerics[numeric] = Together(Numerics[numeric], rows);
                }
                else if (task == tasks - 1)
                {
                    timestamps = schema.Timestamp is null ? null : Together(Timestamps, rows);
                }
                else if (schema.LabelColumn is not null)
                {
                    labels = Together(Labels, rows);
                }
                else
                {
                    labels = new float[rows];
                    labels.AsSpan().Fill(1);
                }
            }
        });
        return new DataColumns(source, labels, [.. numerics], [.. categoricals], ignored) { Timestamps = timestamps };
    }

    private KeyColumn Keys(int feature, int rows, IntegerCodes integers)
    {
        int[] codes = Together(Tokens[feature], rows);
        TokenCodes tokens = new(schema.Categoricals[feature].KeyKind, Place(feature), integers);
        int at = 0;
        foreach (CsvRun run in _runs)
        {
            Span<int> next = codes.AsSpan(at, run.Rows);
            tokens.Translate(next, run.Keys[feature], next);
            at += run.Rows;
        }

        return tokens.Column(codes, null);
    }

    private KeyColumn Bags(int feature, int rows, IntegerCodes integers)
    {
        int[] offsets = new int[rows + 1], codes = new int[Fits(_runs.Sum(r => (long)r.Bags[feature]!.Count), Place(feature))];
        TokenCodes tokens = new(schema.Categoricals[feature].KeyKind, Place(feature), integers);
        int row = 0, at = 0;
        foreach (CsvRun run in _runs)
        {
            foreach (int end in Tokens[feature].AsSpan(run.Start, run.Rows))
            {
                offsets[++row] = at + end;
            }

            ReadOnlySpan<int> members = run.Bags[feature]!.Items;
            tokens.Translate(members, run.Keys[feature], codes.AsSpan(at));
            at += members.Length;
        }

        return tokens.Column(codes, offsets);
    }

    // A column without the rows that were left out, in an array of its length.
    private T[] Together<T>(T[] column, int rows)
    {
        int at = 0;
        foreach (CsvRun run in _runs)
        {
            if (run.Start != at)
            {
                column.AsSpan(run.Start, run.Rows).CopyTo(column.AsSpan(at));
            }

            at += run.Rows;
        }

        Array.Resize(ref column, rows);
        return column;
    }

    private static T[] Longer<T>(T[] column, int rows)
    {
        T[] longer = GC.AllocateUninitializedArray<T>(rows);
        column.CopyTo(longer, 0);
        return longer;
    }

    private string Place(int feature) => $"{source}, column '{schema.Categoricals[feature].Column}'";

    private static int Fits(long values, string place) => values <= Array.MaxLength
        ? (int)values
        : throw new DataSetException($"{place}: more than {Array.MaxLength:N0} values in one column. Split the data into several sets, or filter rows while reading.");
}
