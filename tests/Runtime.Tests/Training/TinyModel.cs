using System;
using ModelGen.Compiled;

namespace ModelGen.Tests;

/// <summary>
/// The smallest whole model, in obvious scalar code: a table of width 4, a dense weight per embedding element and one for a numeric
/// input, logit = e . w[0..4] + w[4] x, logistic loss, Adagrad.
/// </summary>
internal sealed class TinyModel : TinyModelBase<TinyModel>, IEmbeddingModel<TinyModel>
{
    public static ModelSchema Schema { get; } = CreateSchema("Tiny", "tiny-1");
}

/// <summary>A model of another name.</summary>
internal sealed class ForeignModel : TinyModelBase<ForeignModel>, IEmbeddingModel<ForeignModel>
{
    public static ModelSchema Schema { get; } = CreateSchema("Foreign", "tiny-1");
}

/// <summary>The code of <see cref="TinyModel"/>, shared with models that differ in their schema.</summary>
internal abstract class TinyModelBase<TSelf> : Example
    where TSelf : Example
{
    private const int Width = 4;
    private const int Stride = 16;
    private const float Epsilon = 1e-10f;

    /// <summary>Called before every tile with the number of the step under way; works on one thread, where all work is inline.</summary>
    [ThreadStatic]
    public static Action<long>? BeforeTile;

    public static string InferenceSource => throw new InvalidOperationException("The training tests do not come here.");

    public static ModelSchema CreateSchema(string name, string fingerprint) => TestSchemas.Schema(
        [TestSchemas.Feature("Item", Width)],
        [new TableParameter("Item.E", 0, RowIndex.Identity, 0, Width, ParameterGroup.Table, Initialization.UniformByRows, 1)],
        [new DenseParameter("W", Width + 1, 1, 0, Stride, Width + 1, 0, Stride, ParameterGroup.Tower, Initialization.Uniform, 0.5f)],
        denseFloats: (Width + 1) * Stride,
        factorOffset: (Width + 1) * Stride,
        transposedFloats: Stride) with
    {
        Name = name,
        Fingerprint = fingerprint,
        Numerics = [new NumericFeature("X", "X", Transform.Standardize)],
    };

    public static void Append(TSelf example, DataSetBuilder builder) => AppendTo(builder, example);

    public static void Embed(StepContext step, int feature, int first, int end)
    {
        FeatureBatch batch = step.Batch.Features[feature];
        for (int slot = first; slot < end; slot++)
        {
            for (int d = 0; d < Width; d++)
            {
                batch.Vectors.At(slot * Width + d) = step.State.Tables[0].Values.At((long)batch.Ids[slot] * Width + d);
            }
        }
    }

    public static double TrainTile(StepContext step, Lane lane, int firstExample, int examples, bool accumulate)
    {
        BeforeTile?.Invoke(step.State.Steps);
        if (!accumulate)
        {
            lane.DenseGradients.Clear();
        }

        FeatureBatch batch = step.Batch.Features[0];
        double loss = 0;
        for (int i = firstExample; i < firstExample + examples; i++)
        {
            float score = Logit(step, i);
            float label = step.Batch.Labels[i];
            loss += Math.Log(1 + Math.Exp(-Math.Abs((double)score))) + Math.Max(score, 0) - label * score;
            float error = (1 / (1 + MathF.Exp(-score)) - label) * step.InverseCount;
            for (int d = 0; d < Width; d++)
            {
                batch.Gradients.At(i * Width + d) = error * step.State.Transposed.At(d);
                lane.DenseGradients.At(d * Stride) += error * batch.Vectors.At(batch.Slots[i] * Width + d);
            }

            lane.DenseGradients.At(Width * Stride) += error * step.Batch.Numerics[i];
        }

        return loss;
    }

    public static void ScoreTile(StepContext step, Lane lane, int firstExample, int examples, Span<float> scores)
    {
        for (int i = 0; i < examples; i++)
        {
            scores[i] = Logit(step, firstExample + i);
        }
    }

    public static void UpdateRows(StepContext step, int feature, int chunk)
    {
        FeatureBatch batch = step.Batch.Features[feature];
        Table table = step.State.Tables[0];
        int first = 1 + (chunk * batch.ChunkSlots);
        int end = Math.Min(first + batch.ChunkSlots, batch.SlotCount);
        for (int slot = first; slot < end; slot++)
        {
            for (int d = 0; d < Width; d++)
            {
                float gradient = 0;
                for (int m = batch.SegmentStarts[slot]; m < batch.SegmentStarts[slot + 1]; m++)
                {
                    gradient += batch.Gradients.At(batch.SegmentExamples[m] * Width + d);
                }

                long at = (long)batch.Ids[slot] * Width + d;
                Adagrad(ref table.Values.At(at), ref table.State[0].At(at), gradient, step.Optimizer.TableRate);
            }
        }
    }

    public static void UpdateSharedRows(StepContext step, int table, int first, int end) => throw new InvalidOperationException("The training tests do not come here.");

    public static void UpdateTowers(StepContext step, int parameter, int firstRow, int endRow)
    {
        for (int r = firstRow; r < endRow; r++)
        {
            float gradient = 0;
            for (int l = 0; l < step.ActiveLanes; l++)
            {
                gradient += step.Lanes[l].DenseGradients.At(r * Stride);
            }

            Adagrad(ref step.State.Dense.At(r * Stride), ref step.State.DenseState[0].At(r * Stride), gradient, step.Optimizer.TowerRate);
            step.State.Transposed.At(r) = step.State.Dense.At(r * Stride);
        }
    }

    public static void UpdateFactors(StepContext step, int feature) => throw new InvalidOperationException("The training tests do not come here.");

    public static CollapsedWeights Collapse(ModelState state) => throw new InvalidOperationException("The training tests do not come here.");

    public static IPredictor<TSelf> CreatePredictor(CollapsedWeights weights) => throw new InvalidOperationException("The training tests do not come here.");

    public static void BuildOnnx(OnnxModelBuilder onnx, CollapsedWeights weights) => throw new InvalidOperationException("The training tests do not come here.");

    private static float Logit(StepContext step, int example)
    {
        FeatureBatch batch = step.Batch.Features[0];
        float score = step.State.Dense.At(Width * Stride) * step.Batch.Numerics[example];
        for (int d = 0; d < Width; d++)
        {
            score += batch.Vectors.At(batch.Slots[example] * Width + d) * step.State.Dense.At(d * Stride);
        }

        return score;
    }

    private static void Adagrad(ref float value, ref float accumulator, float gradient, float rate)
    {
        accumulator += gradient * gradient;
        value -= rate * gradient / (MathF.Sqrt(accumulator) + Epsilon);
    }
}
