namespace ModelGen.Compiled;

/// <summary>
/// What the generator writes into the class of an autoencoder over users and items (ELSA). The runtime decides when and on which thread a
/// piece of work runs; the generated members are the work, with the width of the rows a literal. A level of training begins with
/// <see cref="Normalize"/>; a step runs, each phase complete before the next, <see cref="SumHistories"/>, <see cref="Score"/>,
/// the loss (a part of the runtime), <see cref="ScoreGradient"/> (wide rows only), <see cref="HistoryGradient"/> and
/// <see cref="UpdateRows"/>. Work items are cut by index, never by thread count, and every float is written by one item.
/// </summary>
/// <typeparam name="TSelf">The user's class.</typeparam>
public interface IAutoencoder<TSelf> : IModel<TSelf> where TSelf : class, IAutoencoder<TSelf>
{
    /// <summary>Brings rows [first, end) to unit length.</summary>
    static abstract void Normalize(AutoencoderStep step, int first, int end);

    /// <summary>Adds up the unit rows of the histories of one block of users.</summary>
    static abstract void SumHistories(AutoencoderStep step, int block);

    /// <summary>Scores of one item of <see cref="AutoencoderStep.ScoreItems"/>, their own part taken out and clipped, and the sums of their squares.</summary>
    static abstract void Score(AutoencoderStep step, int item);

    /// <summary>Turns the scores of one block of users in one cut of outputs into their gradients, in place. With sparse rows <see cref="HistoryGradient"/> does it.</summary>
    static abstract void ScoreGradient(AutoencoderStep step, int block, int cut);

    /// <summary>Gradients of the history sums, one item of <see cref="AutoencoderStep.HistoryItems"/>.</summary>
    static abstract void HistoryGradient(AutoencoderStep step, int item);

    /// <summary>Gradients of the rows of one cut, the optimiser's update of their kept entries, and their new unit form.</summary>
    static abstract void UpdateRows(AutoencoderStep step, int cut);
}
