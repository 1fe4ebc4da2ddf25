using System;
using System.Collections.Generic;
using System.Data.Common;
using System.IO;
using System.Threading;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Examples of one model in memory.</summary>
/// <typeparam name="TModel">The model class.</typeparam>
public sealed partial class DataSet<TModel> : DataSet
    where TModel : class, IModel<TModel>
{
    private DataSet(DataColumns columns)
        : base(TModel.Schema, columns)
    {
    }

    /// <summary>Reads objects of the model class; they are not kept.</summary>
    /// <param name="examples">The examples, enumerated once.</param>
    /// <param name="progress">Receives the number of examples read so far, from time to time and at the end.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidValueException">A value is not allowed; examples are numbered from 1.</exception>
    /// <exception cref="DataSetException">There are no examples.</exception>
    public static DataSet<TModel> FromExamples(IEnumerable<TModel> examples, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        DataSetBuilder builder = new(TModel.Schema, $"examples of {TModel.Schema.Name}");
        ReadingProgress reading = new(progress, cancellationToken);
        foreach (TModel example in examples)
        {
            reading.Next();
            if (example is null)
            {
                throw new DataSetException($"{builder.Source}, example {builder.Row}: the example is null. Leave null elements out.");
            }

            TModel.Append(example, builder);
        }

        reading.End();
        return new DataSet<TModel>(builder.Finish([], "there are no examples."));
    }

    /// <summary>The examples of a builder.</summary>
    internal static DataSet<TModel> FromBuilder(DataSetBuilder builder) => new(builder.Finish([], "there are no examples."));

    /// <summary>
    /// Reads a delimited text file in UTF-8 with a header row, compressed when its name ends in .gz. Columns are found by name without
    /// regard to case, in any order. Numbers are in the invariant culture; integer keys and labels may also be written true or false;
    /// the members of a bag share one field, divided by the feature's separator, and empty members are dropped.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Separator, filter and further options; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="ColumnException">A column is missing or appears twice, or is extra under <see cref="ColumnPolicy.Error"/>.</exception>
    /// <exception cref="InvalidValueException">A value is not allowed; the message names its line, column and text.</exception>
    /// <exception cref="DataSetException">The file is empty, has no examples, or is malformed.</exception>
    public static DataSet<TModel> ReadCsv(string path, CsvOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new DataSet<TModel>(CsvSource.Read(path, TModel.Schema, options ?? new CsvOptions(), CsvSource.ChunkBytes, cancellationToken));
    }

    /// <summary>
    /// Reads the remaining rows of a data reader. Columns are found by name without regard to case. A null text is the empty text and
    /// a null bag an empty bag; a null number or integer key is an error. A bag is text divided by the feature's separator, or an array.
    /// </summary>
    /// <param name="reader">An open reader; it is neither rewound nor closed.</param>
    /// <param name="extraColumns">What happens to columns the model does not use.</param>
    /// <param name="progress">Receives the number of rows read so far, from time to time and at the end.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ColumnException">A column is missing or appears twice, or is extra under <see cref="ColumnPolicy.Error"/>.</exception>
    /// <exception cref="InvalidValueException">A value is not allowed; rows are numbered from 1.</exception>
    /// <exception cref="DataSetException">The reader has no rows.</exception>
    public static DataSet<TModel> Read(
        DbDataReader reader, ColumnPolicy extraColumns = ColumnPolicy.Ignore, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return new DataSet<TModel>(DataReaderSource.Read(reader, TModel.Schema, extraColumns, new ReadingProgress(progress, cancellationToken)));
    }

    /// <summary>
    /// Divides the examples at random. The examples of each part stay in the order of this set, so that the same examples give the
    /// same vocabulary whether they were read apart or split.
    /// </summary>
    /// <param name="fraction">Share of the first part, above 0 and below 1; its size is rounded to the nearest example.</param>
    /// <param name="seed">The same seed gives the same parts.</param>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    public (DataSet<TModel> First, DataSet<TModel> Second) Split(double fraction, ulong seed)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The fraction of the first part must lie above 0 and below 1.");
        }

        int first = (int)Math.Round(fraction * Count);
        if (first == 0 || first == Count)
        {
            throw new ArgumentException($"A fraction of {fraction} leaves one part of {Count} examples empty. Use more examples or another fraction.", nameof(fraction));
        }

        int[] order = ShuffleOrder.Create(Count, seed, ShuffleOrder.SplitEpoch);
        order.AsSpan(0, first).Sort();
        order.AsSpan(first).Sort();
        return (Select(order.AsSpan(0, first)), Select(order.AsSpan(first)));
    }

    /// <summary>The given examples in the given order; an example may occur more than once. The keys are shared with this set.</summary>
    /// <param name="examples">Indices from 0 to <see cref="DataSet.Count"/> - 1, at least one.</param>
    /// <exception cref="ArgumentException">No index is given, or one is out of range.</exception>
    public DataSet<TModel> Select(ReadOnlySpan<int> examples) => new(SelectColumns(examples));

    /// <summary>The examples whose index the filter accepts, in their order. The keys are shared with this set.</summary>
    /// <exception cref="ArgumentException">The filter accepts none.</exception>
    public DataSet<TModel> Where(Func<int, bool> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        List<int> examples = [];
        for (int i = 0; i < Count; i++)
        {
            if (filter(i))
            {
                examples.Add(i);
            }
        }

        return Select(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(examples));
    }
}
