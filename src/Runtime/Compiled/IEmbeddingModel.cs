using System;
using System.Collections.Generic;

namespace ModelGen.Compiled;

/// <summary>
/// What the generator writes into the class of a model that scores examples. The runtime is generic over it: it decides when and on which thread
/// a piece of work runs, the generated members are the work itself, with every size a literal.
/// A training step runs, in this order and each phase complete before the next:
/// <see cref="Embed"/> for every chunk of distinct ids, <see cref="TrainTile"/> for every tile, <see cref="UpdateRows"/> for every
/// chunk and <see cref="UpdateTowers"/> for every range, then <see cref="UpdateSharedRows"/> and <see cref="UpdateFactors"/>. When the
/// optimiser is not lazy, <see cref="UpdateIdleRows"/> runs beside the updates of the rows that occur.
/// </summary>
/// <typeparam name="TSelf">The user's class.</typeparam>
public interface IEmbeddingModel<TSelf> : IModel<TSelf> where TSelf : class, IEmbeddingModel<TSelf>
{
    /// <summary>Computes the vectors of the distinct ids in slots [first, end) of a feature into <see cref="FeatureBatch.Vectors"/>.</summary>
    static abstract void Embed(StepContext step, int feature, int first, int end);

    /// <summary>
    /// Forward, loss and backward of one tile. Writes the gradients of the looked-up vectors into <see cref="FeatureBatch.Gradients"/>
    /// and stores (or, when <paramref name="accumulate"/>, adds) the gradients of the towers into the lane. Returns the sum of the losses.
    /// </summary>
    static abstract double TrainTile(StepContext step, Lane lane, int firstExample, int examples, bool accumulate);

    /// <summary>Forward pass of one tile; writes one raw score (logit or value) per example.</summary>
    static abstract void ScoreTile(StepContext step, Lane lane, int firstExample, int examples, Span<float> scores);

    /// <summary>
    /// Sums the gradients of the slots of one chunk in position order, runs the id-level backward pass and updates the rows that
    /// belong to one id only; writes row gradients of shared rows and the chunk's share of the factor gradients.
    /// </summary>
    static abstract void UpdateRows(StepContext step, int feature, int chunk);

    /// <summary>Sums the row gradients of the shared rows [first, end) of a table in slot order and updates them.</summary>
    static abstract void UpdateSharedRows(StepContext step, int table, int first, int end);

    /// <summary>
    /// Updates the rows rows[0 .. count) of a table with a gradient of zero. Called when the optimiser is not lazy, with the rows that did
    /// not occur in the batch.
    /// </summary>
    static virtual void UpdateIdleRows(StepContext step, int table, int[] rows, int count)
    {
    }

    /// <summary>Reduces the lanes over dense tower parameter <paramref name="parameter"/>, rows [firstRow, endRow), updates it and refreshes its transposed copy.</summary>
    static abstract void UpdateTowers(StepContext step, int parameter, int firstRow, int endRow);

    /// <summary>Reduces the chunks over the factors of a feature and updates them.</summary>
    static abstract void UpdateFactors(StepContext step, int feature);

    /// <summary>Kernels for training on all ratings at once; null when the model is no matrix factorisation over plain, hashed or clustered tables.</summary>
    static virtual IFactorization? Factorization => null;

    /// <summary>The training step as CUDA C; null when the model was compiled without.</summary>
    static virtual CudaProgram? Cuda => null;

    /// <summary>The served form's forward pass as CUDA C; null when the model has no item, its score is an inner product, or it was compiled without.</summary>
    static virtual ServedProgram? ServedCuda => null;

    /// <summary>Turns the trained form into its served form: products multiplied out in double precision, queries replaced by their codes.</summary>
    static abstract CollapsedWeights Collapse(ModelState state);

    /// <summary>Builds the in-process predictor over collapsed weights.</summary>
    static abstract IPredictor<TSelf> CreatePredictor(CollapsedWeights weights);

    /// <summary>Source text of the stand-alone inference assembly (the same text the in-process predictor is compiled from).</summary>
    static abstract string InferenceSource { get; }

    /// <summary>Adds the collapsed model's graph to an ONNX builder.</summary>
    static abstract void BuildOnnx(OnnxModelBuilder onnx, CollapsedWeights weights);
}

/// <summary>Scores examples with the collapsed model.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
public interface IPredictor<in TModel>
{
    /// <summary>Score of one example: a probability under binary cross-entropy, else the raw output.</summary>
    float Predict(TModel example);

    /// <summary>
    /// Score of one example given as numeric values and ids. <paramref name="ids"/> holds the ids of all categorical features one
    /// after another; feature f owns ids[offsets[f] .. offsets[f + 1]). An id of -1 is the zero vector.
    /// </summary>
    float PredictIds(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets);

    /// <summary>As <see cref="PredictIds(ReadOnlySpan{float}, ReadOnlySpan{int}, ReadOnlySpan{int})"/>, before it becomes a probability: the logit under binary cross-entropy.</summary>
    float ScoreIds(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets);

    /// <summary>
    /// Scores of many examples, the same bits as one by one. Example i has the numeric values from i times their number on, and its feature f of F
    /// owns ids[offsets[i F + f] .. offsets[i F + f + 1]).
    /// </summary>
    void PredictIds(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets, Span<float> scores);

    /// <summary>The same before they become probabilities.</summary>
    void ScoreIds(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets, Span<float> scores);

    /// <summary>Floats of a query and of an item's vector; 0 when the score of the model is no inner product of the two.</summary>
    int VectorWidth => 0;

    /// <summary>Writes the query of an example, given as for <see cref="PredictIds(ReadOnlySpan{float}, ReadOnlySpan{int}, ReadOnlySpan{int})"/>: what its raw score takes from everything but the item.</summary>
    /// <exception cref="NotSupportedException"><see cref="VectorWidth"/> is 0.</exception>
    void Query(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets, Span<float> query) => throw new NotSupportedException("The score of this model is no inner product.");

    /// <summary>Writes the vector of an item, whose inner product with a query is the raw score.</summary>
    /// <exception cref="NotSupportedException"><see cref="VectorWidth"/> is 0.</exception>
    void ItemVector(int item, Span<float> vector) => throw new NotSupportedException("The score of this model is no inner product.");

    /// <summary>
    /// Finds the items with the highest scores for a query, given as for <see cref="PredictIds(ReadOnlySpan{float}, ReadOnlySpan{int}, ReadOnlySpan{int})"/> with any item: best first, equal scores
    /// in the order of ids, without the excluded ids. Returns how many there are, at most as many as fit.
    /// </summary>
    /// <exception cref="NotSupportedException">The model has no item.</exception>
    int RecommendIds(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets, ReadOnlySpan<int> excluded, Span<int> items, Span<float> scores) =>
        throw new NotSupportedException("This model has no [Item] to recommend.");
}
