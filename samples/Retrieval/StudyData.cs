using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Retrieval;

/// <summary>A data set and its division: by a file, by the published part of every pair, or by users drawn here.</summary>
internal sealed class StudyData
{
    private const ulong SplitSeed = 42;
    private const double HeldOutShare = 0.2;
    private const int MostUsers = 1000;

    private readonly Histories _histories;
    private readonly SplitFile? _split;
    private readonly Part _measured;

    /// <summary>Reads a data set.</summary>
    /// <param name="name">Name of the data set.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="split">File of a division by user; null for none.</param>
    /// <param name="measured">Test or validation.</param>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, the files do not fit each other, or no user is left.</exception>
    public StudyData(string name, string folder, string? split, Part measured)
    {
        Name = name;
        _histories = new Histories(InteractionFile.Read(name, folder));
        _split = split is null ? null : new SplitFile(split, _histories);
        _measured = measured;
    }

    /// <summary>Name of the data set.</summary>
    public string Name { get; }

    /// <summary>What the pairs are, in one line.</summary>
    public override string ToString() =>
        $"{Name}: {_histories.Users:N0} users with at least {Histories.LeastPairs} items, {_histories.Pairs.Select(p => p.Item).Distinct().Count():N0} items, {_histories.Pairs.Count:N0} pairs";

    /// <summary>The parts as data sets of a model.</summary>
    /// <exception cref="InvalidDataException">A part is empty.</exception>
    public StudyParts<TModel> Parts<TModel>()
        where TModel : Meeting, IModel<TModel>, new()
    {
        DataSet<TModel> all = DataSet<TModel>.FromExamples(_histories.Pairs.Select(p => new TModel { User = p.User, Item = p.Item }));
        if (_split is not null)
        {
            (int[] training, int[] history, int[] heldOut) = _split.Divide(_histories, _measured);
            return new StudyParts<TModel>(all.Select(training), all.Select(history), all.Select(heldOut));
        }

        return InteractionFile.IsDivided(Name) ? Published(all) : Drawn(all);
    }

    // A user's training pairs are also what the model is told of the user.
    private StudyParts<TModel> Published<TModel>(DataSet<TModel> all)
        where TModel : class, IModel<TModel>
    {
        Require(Part.Train);
        Require(_measured);
        DataSet<TModel> training = all.Where(i => _histories.Pairs[i].Part < _measured);
        return new StudyParts<TModel>(training, training, all.Where(i => _histories.Pairs[i].Part == _measured));

        void Require(Part part)
        {
            if (_histories.Pairs.All(p => p.Part != part))
            {
                throw new InvalidDataException($"No pair of {Name} is in the part '{part}', which is needed.");
            }
        }
    }

    private StudyParts<TModel> Drawn<TModel>(DataSet<TModel> all)
        where TModel : class, IModel<TModel>
    {
        int users = int.Min(MostUsers, _histories.Users / 5);
        if (users == 0)
        {
            throw new InvalidDataException($"{Name} has {_histories.Users} users with {Histories.LeastPairs} items; a fifth of them for the test needs 5.");
        }

        UserSplit<TModel> split = all.SplitUsers(users, users, HeldOutShare, SplitSeed);
        if (_measured == Part.Validation)
        {
            return new StudyParts<TModel>(split.Training, split.Validation!.History, split.Validation.HeldOut);
        }

        int user = TModel.Schema.Require(FeatureRole.User, "The split");
        HashSet<int> test = [.. split.Test.History.Categoricals[user].Codes];
        return new StudyParts<TModel>(all.Where(i => !test.Contains(all.Categoricals[user].Codes[i])), split.Test.History, split.Test.HeldOut);
    }
}

/// <summary>The parts of a division by user.</summary>
/// <param name="Training">Pairs to learn from.</param>
/// <param name="History">What the model is told of the measured users.</param>
/// <param name="HeldOut">What it has to find.</param>
internal sealed record StudyParts<TModel>(DataSet<TModel> Training, DataSet<TModel> History, DataSet<TModel> HeldOut)
    where TModel : class, IModel<TModel>;
