using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <content>Splits for recommendation.</content>
public sealed partial class DataSet<TModel>
{
    /// <summary>
    /// Holds out the last example of every user in time for the test and the one before it for validation; examples of one time are in
    /// the order of their rows. Users with too few examples (three with validation, two without) stay in training.
    /// </summary>
    /// <param name="validation">Whether a validation part is wanted; true by default.</param>
    /// <exception cref="InvalidOperationException">The model has no [User] or no [Timestamp].</exception>
    /// <exception cref="DataSetException">No user has enough examples.</exception>
    public DataSplit<TModel> SplitLeaveOneOut(bool validation = true)
    {
        long[] timestamps = RequireTimestamps("A leave-one-out split");
        KeyColumn users = Categoricals[Schema.Require(FeatureRole.User, "A leave-one-out split")];
        (int[] training, int[] middle, int[] test, int undivided) = SplitRows.LeaveOneOut(users, timestamps, validation);
        if (test.Length == 0)
        {
            throw new DataSetException($"{Source}: none of {undivided:N0} users has the {(validation ? "three" : "two")} examples that a leave-one-out split {(validation ? "with validation " : "")}needs.");
        }

        return Parts(training, middle, test) with { UndividedUsers = undivided };
    }

    /// <summary>Holds out the latest examples of all users together: first training, then validation, then test in the order of time.</summary>
    /// <param name="test">Share of the test part, above 0; its size is rounded to the nearest example.</param>
    /// <param name="validation">Share of the validation part, at least 0; 0 (default) gives none.</param>
    /// <exception cref="InvalidOperationException">The model has no [Timestamp].</exception>
    /// <exception cref="ArgumentException">A share is out of range, or a part would be empty.</exception>
    public DataSplit<TModel> SplitByTime(double test, double validation = 0)
    {
        long[] timestamps = RequireTimestamps("A split by time");
        (int middleCount, int testCount) = CountParts(test, validation);
        (int[] training, int[] middle, int[] last) = SplitRows.ByTime(timestamps, middleCount, testCount);
        return Parts(training, middle, last);
    }

    /// <summary>Holds out examples at random, whoever they belong to.</summary>
    /// <param name="test">Share of the test part, above 0; its size is rounded to the nearest example.</param>
    /// <param name="validation">Share of the validation part, at least 0; 0 gives none.</param>
    /// <param name="seed">The same seed gives the same parts.</param>
    /// <exception cref="ArgumentException">A share is out of range, or a part would be empty.</exception>
    public DataSplit<TModel> SplitAtRandom(double test, double validation, ulong seed)
    {
        (int middleCount, int testCount) = CountParts(test, validation);
        (int[] training, int[] middle, int[] last) = SplitRows.AtRandom(Count, middleCount, testCount, seed);
        return Parts(training, middle, last);
    }

    /// <summary>
    /// Holds out whole users, for models that are told the history of a user they have not been trained on. Only users with at least two
    /// examples are chosen; their examples are then divided as <see cref="HoldOut"/> does.
    /// </summary>
    /// <param name="validation">Number of validation users, at least 0; 0 gives none.</param>
    /// <param name="test">Number of test users, at least 1.</param>
    /// <param name="heldOut">Share of a user's examples to find, above 0 and below 1; 0.2 is the paper's (compressed ELSA, evaluation).</param>
    /// <param name="seed">The same seed gives the same parts.</param>
    /// <exception cref="InvalidOperationException">The model has no [User].</exception>
    /// <exception cref="ArgumentException">A number is out of range, or there are not enough users.</exception>
    public UserSplit<TModel> SplitUsers(int validation, int test, double heldOut, ulong seed)
    {
        KeyColumn users = Categoricals[Schema.Require(FeatureRole.User, "A split by user")];
        ArgumentOutOfRangeException.ThrowIfNegative(validation);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(test);
        CheckHeldOut(heldOut);
        (int[] training, int[] middle, int[] last) = SplitRows.Users(users, validation, test, seed);
        return new UserSplit<TModel>
        {
            Training = Select(training),
            Validation = validation == 0 ? null : Select(middle).HoldOut(heldOut, seed),
            Test = Select(last).HoldOut(heldOut, seed),
        };
    }

    /// <summary>
    /// Divides the examples of every user at random: ceil(<paramref name="fraction"/> n) of n are held out, at most n - 1. Users with a
    /// single example are left out.
    /// </summary>
    /// <param name="fraction">Share to hold out, above 0 and below 1.</param>
    /// <param name="seed">The same seed gives the same parts; another one another draw, for means over several.</param>
    /// <exception cref="InvalidOperationException">The model has no [User].</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of range.</exception>
    /// <exception cref="DataSetException">No user has two examples.</exception>
    public HeldOutUsers<TModel> HoldOut(double fraction, ulong seed)
    {
        KeyColumn users = Categoricals[Schema.Require(FeatureRole.User, "Holding out examples of every user")];
        CheckHeldOut(fraction);
        (int[] history, int[] heldOut, int leftOut) = SplitRows.HoldOut(users, fraction, seed);
        return heldOut.Length == 0
            ? throw new DataSetException($"{Source}: none of {leftOut:N0} users has two examples, one to tell and one to find.")
            : new HeldOutUsers<TModel> { History = Select(history), HeldOut = Select(heldOut), LeftOutUsers = leftOut };
    }

    /// <summary>
    /// The k-core: the examples whose user and whose item have at least <paramref name="least"/> examples each, those of the rest being
    /// left out again and again until nothing changes.
    /// </summary>
    /// <param name="least">Least number of examples, at least 1; 5 is usual.</param>
    /// <exception cref="InvalidOperationException">The model has no [User] or no [Item].</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    /// <exception cref="DataSetException">Nothing is left.</exception>
    public DataSet<TModel> Core(int least)
    {
        int user = Schema.Require(FeatureRole.User, "A k-core"), item = Schema.Require(FeatureRole.Item, "A k-core");
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 1);
        int[] rows = SplitRows.Core(Categoricals[user], Categoricals[item], least);
        return rows.Length == 0
            ? throw new DataSetException($"{Source}: the {least}-core of {Count:N0} examples is empty. Ask for fewer examples per user and item.")
            : Select(rows);
    }

    private DataSplit<TModel> Parts(int[] training, int[] validation, int[] test)
    {
        int[] before = [.. training, .. validation];
        Array.Sort(before);
        DataSet<TModel> first = Select(training);
        return new DataSplit<TModel>
        {
            Training = first,
            Validation = validation.Length == 0 ? null : Select(validation),
            Test = Select(test),
            BeforeTest = validation.Length == 0 ? first : Select(before),
        };
    }

    private long[] RequireTimestamps(string purpose) => Timestamps
        ?? throw new InvalidOperationException($"{purpose} needs a [Timestamp] property, and {Schema.Name} has none. Add one to the class; it is no input of the model.");

    private (int Validation, int Test) CountParts(double test, double validation)
    {
        if (!(test > 0 && validation >= 0 && test + validation < 1))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The shares are {test} for the test and {validation} for validation; the first must be above 0, the second at least 0, and both together below 1."), nameof(test));
        }

        (int middle, int last) = ((int)Math.Round(validation * Count), (int)Math.Round(test * Count));
        return last == 0 || (validation > 0 && middle == 0) || middle + last >= Count
            ? throw new ArgumentException(
                FormattableString.Invariant($"Shares of {test} and {validation} of {Count} examples leave a part empty. Use more examples or other shares."), nameof(test))
            : (middle, last);
    }

    private static void CheckHeldOut(double fraction)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The share to hold out must lie above 0 and below 1.");
        }
    }
}
