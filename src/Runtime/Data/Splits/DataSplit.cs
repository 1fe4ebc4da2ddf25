using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The parts of a data set divided for training and measuring. The examples of each part are in the order of the whole set.</summary>
/// <typeparam name="TModel">The model class.</typeparam>
public sealed record DataSplit<TModel>
    where TModel : class, IModel<TModel>
{
    /// <summary>What the model is trained on.</summary>
    public required DataSet<TModel> Training { get; init; }

    /// <summary>What the settings are chosen by; null when none was asked for.</summary>
    public required DataSet<TModel>? Validation { get; init; }

    /// <summary>What the final model is measured on.</summary>
    public required DataSet<TModel> Test { get; init; }

    /// <summary>Training and validation together: what is known of each user when the test examples are ranked.</summary>
    public required DataSet<TModel> BeforeTest { get; init; }

    /// <summary>Users with too few examples to be divided, all of whose examples are in <see cref="Training"/>; 0 where users play no part.</summary>
    public int UndividedUsers { get; init; }
}

/// <summary>Users whose examples are divided into what a model is told of them and what it has to find.</summary>
/// <typeparam name="TModel">The model class.</typeparam>
public sealed record HeldOutUsers<TModel>
    where TModel : class, IModel<TModel>
{
    /// <summary>What the model is told: at least one example of every user.</summary>
    public required DataSet<TModel> History { get; init; }

    /// <summary>What it has to find: at least one example of every user.</summary>
    public required DataSet<TModel> HeldOut { get; init; }

    /// <summary>Users with a single example, who are in neither part.</summary>
    public int LeftOutUsers { get; init; }
}

/// <summary>A data set divided by user: no validation or test user has an example in training.</summary>
/// <typeparam name="TModel">The model class.</typeparam>
public sealed record UserSplit<TModel>
    where TModel : class, IModel<TModel>
{
    /// <summary>All examples of the remaining users.</summary>
    public required DataSet<TModel> Training { get; init; }

    /// <summary>The validation users; null when none were asked for.</summary>
    public required HeldOutUsers<TModel>? Validation { get; init; }

    /// <summary>The test users.</summary>
    public required HeldOutUsers<TModel> Test { get; init; }
}
