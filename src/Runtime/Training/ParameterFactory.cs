using System;
using System.Collections.Immutable;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Allocates the parameters of a model and gives them their start values.</summary>
internal static class ParameterFactory
{
    /// <summary>Allocates all parameters, zero, with or without optimiser state.</summary>
    /// <exception cref="InsufficientMemoryException">The memory cannot be had.</exception>
    public static ModelState Allocate(
        ModelSchema schema, ImmutableArray<Vocabulary> vocabularies, ImmutableArray<NumericScaling> scalings, bool optimizerState)
    {
        Table[] tables = new Table[schema.Tables.Length];
        for (int t = 0; t < tables.Length; t++)
        {
            TableParameter parameter = schema.Tables[t];
            long rows = parameter.Rows(vocabularies[parameter.Feature].Rows);
            ImmutableArray<int> widths = optimizerState ? schema.Optimizer.TableStateWidths(parameter.Width) : [];
            NativeFloats[] state = new NativeFloats[widths.Length];
            for (int s = 0; s < state.Length; s++)
            {
                state[s] = new NativeFloats(rows * widths[s]);
            }

            tables[t] = new Table(parameter, rows, new NativeFloats(rows * parameter.Width), state, CreateAssignment(schema, parameter, vocabularies[parameter.Feature]));
        }

        NativeFloats[] denseState = new NativeFloats[optimizerState ? schema.Optimizer.DenseStates : 0];
        for (int s = 0; s < denseState.Length; s++)
        {
            denseState[s] = new NativeFloats(schema.DenseFloats);
        }

        return new ModelState(
            schema, tables, new NativeFloats(schema.DenseFloats), denseState, new NativeFloats(schema.TransposedFloats), vocabularies, scalings);
    }

    /// <summary>Gives freshly allocated parameters their start values, a function of seed, parameter and element only.</summary>
    /// <param name="state">Allocated parameters, all zero.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="factorSigma">Replaces the standard deviation of the normally started factors; null keeps the model's own.</param>
    /// <param name="team">Threads that share the work.</param>
    /// <param name="labelMean">Mean label of the training data, which some start values follow.</param>
    public static void Start(ModelState state, ulong seed, float? factorSigma, WorkerTeam team, double labelMean)
    {
        ModelSchema schema = state.Schema;
        for (int t = 0; t < state.Tables.Length; t++)
        {
            Table table = state.Tables[t];
            TableParameter parameter = table.Parameter;
            double scale = Scale(parameter.Group, parameter.Initialization, parameter.Scale, factorSigma, labelMean);
            StartValues values = new(parameter.Initialization, scale, table.Rows, seed, t);
            if (table.Assignment is { } assignment)
            {
                StartShared(table, assignment.Clusters.Length, id => assignment.Clusters[id], assignment.Live, values);
            }
            else if (IsHashed(schema, parameter))
            {
                StartShared(table, checked((int)state.Vocabularies[parameter.Feature].Rows), id => id % parameter.Modulus, checked((int)table.Rows), values);
            }
            else if (!values.AreZero)
            {
                TableFill fill = new(table.Values, StartedRows(schema, parameter, state.Vocabularies, table.Rows) * parameter.Width, values);
                team.Run(fill.Items, fill);
            }
        }

        for (int d = 0; d < schema.Dense.Length; d++)
        {
            DenseParameter parameter = schema.Dense[d];
            double scale = Scale(parameter.Group, parameter.Initialization, parameter.Scale, factorSigma, labelMean);
            StartValues values = new(parameter.Initialization, scale, parameter.Rows, seed, schema.Tables.Length + d);
            for (int r = 0; r < parameter.Rows; r++)
            {
                for (int c = 0; c < parameter.Columns; c++)
                {
                    state.Dense.At(parameter.Offset + ((long)r * parameter.Stride) + c) = values.At(((long)r * parameter.Columns) + c);
                }
            }
        }

        state.RefreshTransposed();
    }

    /// <summary>Rows with start values; the shared row of unknown values, the last one where a row belongs to one id, starts at zero.</summary>
    private static long StartedRows(ModelSchema schema, TableParameter parameter, ImmutableArray<Vocabulary> vocabularies, long rows) =>
        parameter.Index == RowIndex.Identity && schema.Categoricals[parameter.Feature].OutOfVocabulary == OutOfVocabulary.SharedRow
            ? vocabularies[parameter.Feature].Count
            : rows;

    private static double Scale(ParameterGroup group, Initialization initialization, float scale, float? factorSigma, double labelMean) => initialization switch
    {
        Initialization.Normal when group is ParameterGroup.Factor or ParameterGroup.Average => factorSigma ?? scale,
        Initialization.HalfNormal => scale * Math.Sqrt(Math.Abs(labelMean)),
        Initialization.LabelMean => labelMean,
        _ => scale,
    };

    private static Assignment? CreateAssignment(ModelSchema schema, TableParameter parameter, Vocabulary vocabulary)
    {
        if (parameter.Index != RowIndex.Assignment)
        {
            return null;
        }

        CategoricalFeature feature = schema.Categoricals[parameter.Feature];
        return vocabulary.Rows >= parameter.Modulus
            ? new Assignment(checked((int)vocabulary.Rows), feature.Clusters!.Initial, parameter.Modulus)
            : throw new VocabularyException(
                $"Feature '{feature.Name}' has {vocabulary.Rows} ids, fewer than the {parameter.Modulus} clusters of its [Clustered]. Set Clusters to at most {vocabulary.Rows}, or use [Full].",
                feature.Name);
    }

    // Rows of a factorisation that are the remainder of an id, and no more.
    private static bool IsHashed(ModelSchema schema, TableParameter parameter) =>
        parameter is { Index: RowIndex.Remainder, Initialization: Initialization.HalfNormal } && schema.Tables.All(other => other.Feature != parameter.Feature || other.Index != RowIndex.Quotient);

    /// <summary>
    /// Of rows that ids share. Start values that are not symmetric around zero are those of a full table, averaged over the ids of each row; the others
    /// would average out, so the rows have their own, as rows without an id do. Rows not yet in use are zero.
    /// </summary>
    private static void StartShared(Table table, int ids, Func<int, int> rowOf, int used, StartValues values)
    {
        int width = table.Parameter.Width;
        int[] sizes = new int[used];
        double[] sums = new double[(long)used * width];
        for (int id = 0; id < ids && table.Parameter.Initialization == Initialization.HalfNormal; id++)
        {
            int row = rowOf(id);
            sizes[row]++;
            for (int c = 0; c < width; c++)
            {
                sums[((long)row * width) + c] += values.At(((long)id * width) + c);
            }
        }

        for (long i = 0; i < sums.Length; i++)
        {
            int size = sizes[i / width];
            table.Values.At(i) = size == 0 ? values.At(i) : (float)(sums[i] / size);
        }
    }

    private sealed class TableFill(NativeFloats target, long floats, StartValues values) : ITeamWork
    {
        private const int FloatsPerItem = 1 << 16;

        public int Items => checked((int)((floats + FloatsPerItem - 1) / FloatsPerItem));

        public void Execute(int item)
        {
            long end = long.Min(floats, (item + 1L) * FloatsPerItem);
            for (long i = (long)item * FloatsPerItem; i < end; i++)
            {
                target.At(i) = values.At(i);
            }
        }
    }
}
