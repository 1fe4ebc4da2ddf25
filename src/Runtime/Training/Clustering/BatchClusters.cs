using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// The clusters of one feature of any model trained in batches. Gradients and losses come from a sample of the interactions of each id, run through
/// the generated passes; an id moves only when its own interactions say so with some certainty.
/// </summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class BatchClusters<TModel>
    where TModel : class, IEmbeddingModel<TModel>
{
    // Members from which the principal direction is taken, clusters that are tried for an id, and how many standard errors the losses of
    // its interactions must fall for it to move.
    private const int DirectionMembers = 16384;
    private const int Candidates = 8;
    private const double Margin = 1;

    private readonly ModelState _state;
    private readonly ClusterSample<TModel> _sample;
    private readonly ClusterCalendar _calendar;
    private readonly InteractionLists _lists;
    private readonly ulong _seed;
    private readonly IdleSplits? _stop;
    private readonly int _table;
    private readonly int[] _counts;
    private readonly List<double> _before = [];
    private readonly List<double> _after = [];

    /// <summary>Prepares the clusters of a table.</summary>
    public BatchClusters(ModelState state, int table, DataSet data, ClusterSample<TModel> sample, ClusterCalendar calendar, ulong seed, IdleSplits? stop)
    {
        (_state, _table, _sample, _calendar, _seed) = (state, table, sample, calendar, seed);
        int feature = Table.Parameter.Feature;
        _stop = Schema.StopWhenIdle ? stop : null;
        _lists = InteractionLists.Create(data, feature, state.Vocabularies[feature], Schema.Interactions);
        _counts = ClusterData.Count(data, feature, state.Vocabularies[feature]);
    }

    /// <summary>The feature.</summary>
    public int Feature => Table.Parameter.Feature;

    private Table Table => _state.Tables[_table];

    private Assignment Assignment => Table.Assignment!;

    private int Width => Table.Parameter.Width;

    private ClusterSchema Schema => _state.Schema.Categoricals[Table.Parameter.Feature].Clusters!;

    private OptimizerKind Optimizer => _state.Schema.Optimizer.Kind;

    /// <summary>Whether a split may be due before a step.</summary>
    public bool SplitsBefore(long step) => _calendar.SplitsBefore(step) && Assignment.Live < Assignment.Capacity;

    /// <summary>Whether a reassignment is due after a step.</summary>
    public bool ReassignsAfter(long step) => _calendar.ReassignsAfter(step) && Assignment.Live > 1;

    /// <summary>Splits a cluster when one is due; returns whether ids have moved.</summary>
    public bool BeforeStep(long step)
    {
        if (!SplitsBefore(step) || _stop?.IsReached(_table) == true)
        {
            return false;
        }

        ClusterMoves.Repair(Table, Optimizer);
        int cluster = Choose();
        if (cluster >= 0)
        {
            int[] members = Assignment.Members(cluster);
            double[] projections = Schema.Division == ClusterDivision.Random ? ClusterMoves.RandomProjections(members.Length, _seed, _table, step) : Project(members);
            ClusterDivider.Split(Table, Optimizer, cluster, ClusterDivider.Leaving(members, projections));
        }

        return true;
    }

    /// <summary>Moves ids to better clusters when that is due; returns whether ids have moved.</summary>
    public bool AfterStep(long step)
    {
        if (!ReassignsAfter(step))
        {
            return false;
        }

        ClusterMoves.Repair(Table, Optimizer);
        ClusterMoves.Apply(Assignment, BetterClusters(), Schema.Keep, _seed, _table, step);
        return true;
    }

    private int Choose()
    {
        double[] values = Schema.ChooseBy switch
        {
            ClusterChoice.Members => [.. Assignment.Sizes()],
            ClusterChoice.Data => ClusterData.Sum(Assignment, id => _counts[id]),
            _ => Measure(),
        };
        return ClusterData.Choose(Assignment, _counts, values);
    }

    // Length of the summed gradient, or summed loss, of every cluster over the sample.
    private double[] Measure()
    {
        double[] loss = new double[Assignment.Live];
        double[,] gradient = new double[Assignment.Live, Width];
        Visit([.. Enumerable.Range(0, _counts.Length)], (ids, gradients) =>
        {
            _sample.Losses(_before);
            int example = 0;
            for (int i = 0; i < ids.Length; i++)
            {
                int cluster = Assignment.Clusters[ids[i]];
                for (int c = 0; c < Width; c++)
                {
                    gradient[cluster, c] += gradients[(i * Width) + c];
                }

                for (int e = 0; e < _sample.Examples(i); e++)
                {
                    loss[cluster] += _before[example++];
                }
            }
        });
        return Schema.ChooseBy == ClusterChoice.Loss ? loss
            : [.. Enumerable.Range(0, loss.Length).Select(q => Math.Sqrt(Enumerable.Range(0, Width).Sum(c => gradient[q, c] * gradient[q, c])))];
    }

    private double[] Project(int[] members)
    {
        int from = Math.Min(members.Length, DirectionMembers);
        SecondMoment moment = new(Width);
        Visit([.. Enumerable.Range(0, from).Select(i => members[(long)i * members.Length / from])], (ids, gradients) => moment.Add(gradients.AsSpan(0, ids.Length * Width)));
        double[] direction = moment.Principal();
        double[] projections = new double[members.Length];
        int at = 0;
        Visit(members, (ids, gradients) =>
        {
            for (int i = 0; i < ids.Length; i++)
            {
                projections[at++] = moment.Project(gradients.AsSpan(i * Width, Width), direction);
            }
        });
        return projections;
    }

    // For every id with data: the clusters towards which its gradient points are tried on its interactions, and the best one is proposed
    // when the losses fall by more than their standard error.
    private int[] BetterClusters()
    {
        int[] proposals = new int[_counts.Length];
        Array.Fill(proposals, -1);
        int at = 0;
        Visit([.. Enumerable.Range(0, _counts.Length)], (ids, gradients) =>
        {
            int[][] candidates = [.. Enumerable.Range(0, ids.Length).Select(i => FirstOrder(ids[i], gradients.AsSpan(i * Width, Width)))];
            double[] best = new double[ids.Length];
            _sample.Losses(_before);
            for (int rank = 0; rank < Candidates; rank++)
            {
                for (int i = 0; i < ids.Length; i++)
                {
                    if (rank < candidates[i].Length)
                    {
                        _sample.Replace(i, Table.Values.Span((long)Assignment.Clusters[ids[i]] * Width, Width), Table.Values.Span((long)candidates[i][rank] * Width, Width));
                    }
                }

                _sample.Losses(_after);
                int example = 0;
                for (int i = 0; i < ids.Length; i++)
                {
                    double gain = Gain(example, _sample.Examples(i));
                    example += _sample.Examples(i);
                    if (rank < candidates[i].Length && gain > best[i])
                    {
                        (best[i], proposals[at + i]) = (gain, candidates[i][rank]);
                    }
                }
            }

            at += ids.Length;
        });
        return proposals;
    }

    // Mean fall of the losses of some examples, or zero when it is within the margin.
    private double Gain(int first, int count)
    {
        if (count < 2)
        {
            return 0;
        }

        double sum = 0, squares = 0;
        for (int e = first; e < first + count; e++)
        {
            double fall = _before[e] - _after[e];
            sum += fall;
            squares += fall * fall;
        }

        double mean = sum / count, error = Math.Sqrt(Math.Max(0, squares - (sum * mean)) / (count - 1) / count);
        return mean > Margin * error ? mean : 0;
    }

    // The clusters whose vectors lie furthest against the gradient of an id.
    private int[] FirstOrder(int id, ReadOnlySpan<float> gradient)
    {
        int own = Assignment.Clusters[id];
        double[] slopes = new double[Assignment.Live];
        for (int q = 0; q < slopes.Length && _counts[id] > 1; q++)
        {
            ReadOnlySpan<float> vector = Table.Values.Span((long)q * Width, Width);
            for (int c = 0; c < Width; c++)
            {
                slopes[q] += gradient[c] * vector[c];
            }
        }

        return [.. Enumerable.Range(0, slopes.Length).Where(q => q != own && slopes[q] < slopes[own]).OrderBy(q => slopes[q]).Take(Candidates)];
    }

    // Runs through ids piece by piece with their gradients.
    private void Visit(int[] ids, Action<int[], float[]> visit)
    {
        float[] gradients = [];
        for (int from = 0; from < ids.Length;)
        {
            int count = _sample.Load(Feature, _lists, ids, from);
            if (gradients.Length < count * Width)
            {
                gradients = new float[count * Width];
            }

            _sample.Gradients(Width, gradients);
            visit(ids[from..(from + count)], gradients);
            from += count;
        }
    }
}
