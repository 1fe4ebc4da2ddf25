using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>One side of a matrix factorisation: its table, which row each id reads, its ratings, and its gradients.</summary>
internal sealed class FactorSide
{
    // Cells of a row in one piece of work, so that one long row does not keep the other threads waiting.
    internal const int CellsPerPiece = 4096;
    private const int CellsPerItem = 16384;

    private readonly IFactorization _kernels;
    private readonly int[] _fixedRows;

    /// <summary>Prepares one side.</summary>
    /// <param name="state">The model.</param>
    /// <param name="kernels">Its generated kernels, which know its penalties.</param>
    /// <param name="index">Index of the side's table.</param>
    /// <param name="lists">Ratings of its ids.</param>
    public FactorSide(ModelState state, IFactorization kernels, int index, RatingLists lists)
    {
        _kernels = kernels;
        Index = index;
        Table = state.Tables[index];
        Lists = lists;
        Feature = state.Schema.Categoricals[Table.Parameter.Feature];
        Counts = [.. Enumerable.Range(0, lists.Ids).Select(lists.Count)];
        MostRatings = Counts.Max();
        _fixedRows = Table.Assignment is not null ? []
            : [.. Enumerable.Range(0, lists.Ids).Select(id => Table.Parameter.Index == RowIndex.Remainder ? id % Table.Parameter.Modulus : id)];
        AllRows = [.. Enumerable.Range(0, checked((int)Table.Rows))];
        Gradients = new NativeFloats(Table.Rows * Width);
        int bias = index == kernels.UserTable ? kernels.UserBias : kernels.ItemBias;
        Biases = bias < 0 ? null : new FactorBiases(this, state, bias, kernels);
        if (Feature.Clusters is { PersonalFrom: > 0 })
        {
            int own = Array.FindIndex(state.Tables, t => t.Parameter.Feature == Table.Parameter.Feature && t.Parameter.Index == RowIndex.Identity && t.Parameter.Group == ParameterGroup.Table);
            Personal = new FactorPersonal(this, state.Tables[own], own);
        }
    }

    /// <summary>Index of the table.</summary>
    public int Index { get; }

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>The feature.</summary>
    public CategoricalFeature Feature { get; }

    /// <summary>Floats per row.</summary>
    public int Width => Table.Parameter.Width;

    /// <summary>Ratings of the ids.</summary>
    public RatingLists Lists { get; }

    /// <summary>Number of ratings of every id.</summary>
    public int[] Counts { get; }

    /// <summary>The greatest number of ratings of an id.</summary>
    public int MostRatings { get; }

    /// <summary>The vectors of the ids' own; null where they only share those of their clusters.</summary>
    public FactorPersonal? Personal { get; }

    /// <summary>Whether every id has a vector of its own now.</summary>
    public bool IsPersonal => Personal is { IsActive: true };

    /// <summary>The biases of the ids; null when the model has none.</summary>
    public FactorBiases? Biases { get; }

    /// <summary>What the vectors have to explain of every rating, in the order of the lists.</summary>
    public float[] Targets => Biases?.Targets ?? Lists.Labels;

    /// <summary>The vectors that rows have: those of the table, or of the ids.</summary>
    public NativeFloats Values => IsPersonal ? Personal!.Whole : Table.Values;

    /// <summary>Index of the table that is updated.</summary>
    public int Updated => IsPersonal ? Personal!.Index : Index;

    /// <summary>Whether the row of an id is the id.</summary>
    public bool IsIdentity => IsPersonal || Table.Parameter.Index == RowIndex.Identity;

    /// <summary>Row of every id.</summary>
    public int[] RowOf => IsPersonal ? AllRows : Table.Assignment?.Clusters ?? _fixedRows;

    /// <summary>Rows in use.</summary>
    public int Rows => IsPersonal ? Lists.Ids : Table.Assignment?.Live ?? (int)Table.Rows;

    /// <summary>The greatest number of rows that may ever be in use.</summary>
    public int MostRows => Personal is null ? (int)Table.Rows : int.Max(Lists.Ids, (int)Table.Rows);

    /// <summary>0, 1, 2, ...: the rows as a list.</summary>
    public int[] AllRows { get; private set; }

    /// <summary>Ratings taken together by rows.</summary>
    public RatingCells Cells { get; private set; } = null!;

    /// <summary>Gradients of the rows, without padding.</summary>
    public NativeFloats Gradients { get; private set; }

    /// <summary>Gradients of the pieces of a row behind its first, one after another.</summary>
    public NativeFloats Spills { get; private set; } = NativeFloats.Empty;

    /// <summary>Pieces of rows: the row, its cells, and where the gradient goes, -1 for the row's own place.</summary>
    public (int Row, int First, int Count, int Spill)[] Pieces { get; private set; } = [];

    /// <summary>Pieces of work: piece i and up to the next one's.</summary>
    public int[] Items { get; private set; } = [];

    /// <summary>First spilled piece of every row; one entry more than rows.</summary>
    public int[] SpillStarts { get; private set; } = [];

    /// <summary>The slope of every row's penalty: 2 L2 times its ratings, and 2 L2PerId times the ids with ratings that read it.</summary>
    public float[] Pulls { get; private set; } = [];

    /// <summary>Factor of every row's gradient: one over its members with data where they are clustered, else 1.</summary>
    public float[] Shares { get; private set; } = [];

    /// <summary>Gives every id a row before the step from which it has a vector of its own; returns whether it is that step.</summary>
    public bool Personalise(long step)
    {
        if (IsPersonal || Personal is null || step < Feature.Clusters!.PersonalFrom)
        {
            return false;
        }

        Personal.IsActive = true;
        AllRows = [.. Enumerable.Range(0, Lists.Ids)];
        Gradients = new NativeFloats((long)Lists.Ids * Width);
        return true;
    }

    /// <summary>Takes over new cells and cuts them into work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SetCells(RatingCells cells)
    {
        Cells = cells;
        Pulls = new float[Rows];
        Shares = new float[Rows];
        Array.Fill(Shares, 1);
        double[]? members = !IsPersonal && Table.Assignment is { } assignment ? ClusterData.Sum(assignment, id => Counts[id] > 0 ? 1 : 0) : null;
        int[] readers = new int[Rows], rowOf = RowOf;
        long[] ratings = new long[Rows];
        for (int id = 0; id < Counts.Length; id++)
        {
            readers[rowOf[id]] += Counts[id] > 0 ? 1 : 0;
            ratings[rowOf[id]] += Counts[id];
        }

        SpillStarts = new int[Rows + 1];
        var pieces = new List<(int, int, int, int)>();
        var items = new List<int>();
        int spills = 0, load = CellsPerItem;
        for (int row = 0; row < Rows; row++)
        {
            SpillStarts[row] = spills;
            int first = cells.Starts[row], end = cells.Starts[row + 1];
            do
            {
                int count = Math.Min(CellsPerPiece, end - first);
                if (load >= CellsPerItem)
                {
                    items.Add(pieces.Count);
                    load = 0;
                }

                load += count + 8;
                pieces.Add((row, first, count, first == cells.Starts[row] ? -1 : spills++));
                first += count;
            }
            while (first < end);

            Pulls[row] = (float)((2.0 * _kernels.L2 * ratings[row]) + (2 * _kernels.L2PerId * readers[row]));
            Shares[row] = members is null ? 1 : (float)(1 / Math.Max(1, members[row]));
        }

        SpillStarts[Rows] = spills;
        items.Add(pieces.Count);
        Pieces = [.. pieces];
        Items = [.. items];
        Spills = Room.For(Spills, (long)spills * Width);
    }
}
