namespace ModelGen.Compiled;

/// <summary>What the generator writes into every model class: the description, and how an example becomes a row of a data set.</summary>
/// <typeparam name="TSelf">The user's class.</typeparam>
public interface IModel<TSelf> where TSelf : class, IModel<TSelf>
{
    /// <summary>The compile-time description of the model.</summary>
    static abstract ModelSchema Schema { get; }

    /// <summary>Appends one example to a data set under construction: label, numerics and keys in declaration order.</summary>
    static abstract void Append(TSelf example, DataSetBuilder builder);
}
