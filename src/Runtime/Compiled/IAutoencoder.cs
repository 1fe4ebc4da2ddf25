using System;
using System.IO;

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

    /// <summary>Adds up the unit rows of the histories, one item of <see cref="AutoencoderStep.HistorySumItems"/>.</summary>
    static abstract void SumHistories(AutoencoderStep step, int item);

    /// <summary>Scores of one item of <see cref="AutoencoderStep.ScoreItems"/>, their own part taken out and clipped, and the sums of their squares.</summary>
    static abstract void Score(AutoencoderStep step, int item);

    /// <summary>Turns the scores of one block of users in one cut of outputs into their gradients, in place. With sparse rows <see cref="HistoryGradient"/> does it.</summary>
    static abstract void ScoreGradient(AutoencoderStep step, int block, int cut);

    /// <summary>Gradients of the history sums, one item of <see cref="AutoencoderStep.HistoryGradientItems"/>.</summary>
    static abstract void HistoryGradient(AutoencoderStep step, int item);

    /// <summary>Gradients of the rows of one cut, the optimiser's update of their kept entries, and their new unit form.</summary>
    static abstract void UpdateRows(AutoencoderStep step, int cut);

    /// <summary>The training step as CUDA C; null when the model was compiled without.</summary>
    static virtual CudaAutoencoder? Cuda => null;

    /// <summary>Builds the in-process retriever over a collapsed model.</summary>
    static abstract IRetriever CreateRetriever(WeightsImage weights);

    /// <summary>Source text of the stand-alone inference assembly (the same text the in-process retriever is compiled from).</summary>
    static abstract string InferenceSource { get; }

    /// <summary>Adds the collapsed model's graph to an ONNX builder: histories in, the best items out.</summary>
    static abstract void BuildOnnx(OnnxModelBuilder onnx, CollapsedRetrieval weights, int count);
}

/// <summary>Recommends items with the collapsed model. Safe to use from several threads.</summary>
public interface IRetriever
{
    /// <summary>Number of items.</summary>
    int Items { get; }

    /// <summary>Scores of all items for a history of distinct item ids; the items of the history without their own part.</summary>
    void Score(ReadOnlySpan<int> history, Span<float> scores);

    /// <summary>
    /// The best items for a history of distinct item ids, best first, without the items of the history and those never seen in training.
    /// Fills both spans, which are of one length, and returns how many it found.
    /// </summary>
    int Recommend(ReadOnlySpan<int> history, Span<int> items, Span<float> scores);
}
