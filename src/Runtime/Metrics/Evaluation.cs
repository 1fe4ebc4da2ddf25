using System;
using System.Globalization;

namespace ModelGen;

/// <summary>Quality of a model's scores on a data set. Everything is computed in double precision from raw scores.</summary>
public sealed record Evaluation
{
    /// <summary>Number of examples.</summary>
    public required int Examples { get; init; }

    /// <summary>Exact area under the ROC curve, 0 to 1, ties counted one half; null when it is undefined, see <see cref="AucUndefined"/>.</summary>
    public required double? Auc { get; init; }

    /// <summary>Why <see cref="Auc"/> is null; null when it is defined.</summary>
    public string? AucUndefined { get; init; }

    /// <summary>Mean binary cross-entropy (natural logarithm); NaN for a model with squared-error loss.</summary>
    public required double LogLoss { get; init; }

    /// <summary>Mean squared error of the predictions (of the probabilities under binary cross-entropy).</summary>
    public required double Mse { get; init; }

    /// <summary>Mean prediction divided by mean label, 1 for a calibrated model; NaN when the labels sum to zero.</summary>
    public required double Calibration { get; init; }

    /// <summary>Area under the ROC curve within the tenth of the examples with the rarest values; null when undefined or not asked for.</summary>
    public double? AucRare { get; init; }

    /// <summary>Area under the ROC curve within the tenth of the examples with the most frequent values; null when undefined or not asked for.</summary>
    public double? AucPopular { get; init; }

    /// <summary>Measures raw scores (logits under <see cref="Loss.BinaryCrossEntropy"/>, values otherwise) against labels.</summary>
    /// <param name="rawScores">One score per example.</param>
    /// <param name="labels">One label per example.</param>
    /// <param name="loss">Loss of the model; decides how a score becomes a prediction.</param>
    /// <param name="frequencies">
    /// How frequent the values of each example are, any increasing measure; empty leaves the two slices out. The examples are
    /// sorted by it, equal ones in their order; the first tenth is rare, the last tenth popular.
    /// </param>
    /// <exception cref="ArgumentException">There are no examples or the lengths differ.</exception>
    public static Evaluation From(ReadOnlySpan<float> rawScores, ReadOnlySpan<float> labels, Loss loss, ReadOnlySpan<double> frequencies = default)
    {
        if (rawScores.IsEmpty || labels.Length != rawScores.Length || (!frequencies.IsEmpty && frequencies.Length != rawScores.Length))
        {
            throw new ArgumentException(
                $"An evaluation needs one label (and one frequency, if any) per score and at least one score; got {rawScores.Length} scores, {labels.Length} labels, {frequencies.Length} frequencies.",
                nameof(rawScores));
        }

        bool logistic = loss == Loss.BinaryCrossEntropy;
        double logLoss = 0;
        double squares = 0;
        double predictions = 0;
        double labelSum = 0;
        for (int i = 0; i < rawScores.Length; i++)
        {
            double prediction = logistic ? LogisticLoss.Probability(rawScores[i]) : rawScores[i];
            double error = prediction - labels[i];
            logLoss += logistic ? LogisticLoss.Compute(rawScores[i], labels[i]) : double.NaN;
            squares += error * error;
            predictions += prediction;
            labelSum += labels[i];
        }

        string? undefined = WhyAucIsUndefined(rawScores, labels);
        (double? rare, double? popular) = undefined is null && !frequencies.IsEmpty ? Slices(rawScores, labels, frequencies) : (null, null);
        return new Evaluation
        {
            Examples = rawScores.Length,
            Auc = undefined is null ? RankAuc.Compute(rawScores, labels) : null,
            AucUndefined = undefined,
            LogLoss = logLoss / rawScores.Length,
            Mse = squares / rawScores.Length,
            Calibration = labelSum == 0 ? double.NaN : predictions / labelSum,
            AucRare = rare,
            AucPopular = popular,
        };
    }

    /// <summary>Measures predictions (probabilities under <see cref="Loss.BinaryCrossEntropy"/>) instead of raw scores; see <see cref="From"/>.</summary>
    /// <remarks>A probability that rounded to 0 or 1 counts as 1e-7 away from it, so that the log loss stays finite.</remarks>
    public static Evaluation FromPredictions(ReadOnlySpan<float> predictions, ReadOnlySpan<float> labels, Loss loss, ReadOnlySpan<double> frequencies = default)
    {
        if (loss != Loss.BinaryCrossEntropy)
        {
            return From(predictions, labels, loss, frequencies);
        }

        float[] logits = new float[predictions.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            double p = Math.Clamp(predictions[i], 1e-7, 1 - 1e-7);
            logits[i] = (float)Math.Log(p / (1 - p));
        }

        return From(logits, labels, loss, frequencies);
    }

    /// <summary>Whether training should prefer this result to another one on the same data: the higher AUC under logistic loss where defined, else the lower loss.</summary>
    internal bool IsBetterThan(Evaluation other, Loss loss) => loss == Loss.MeanSquaredError
        ? Mse < other.Mse
        : Auc is { } auc && other.Auc is { } otherAuc ? auc > otherAuc : LogLoss < other.LogLoss;

    /// <summary>Whether the predictions are finite.</summary>
    internal bool IsFinite => double.IsFinite(Mse);

    /// <summary>The main numbers on one line.</summary>
    public override string ToString()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string text = Auc is { } auc ? string.Create(culture, $"AUC {auc:F4}, ") : "";
        return text + (double.IsNaN(LogLoss)
            ? string.Create(culture, $"MSE {Mse:G5}, calibration {Calibration:F3}")
            : string.Create(culture, $"log loss {LogLoss:F4}, calibration {Calibration:F3}"));
    }

    private static string? WhyAucIsUndefined(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels)
    {
        int positives = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] is not (0f or 1f))
            {
                return string.Create(CultureInfo.InvariantCulture, $"The labels are not classes: example {i} has label {labels[i]}; AUC needs 0 and 1.");
            }

            if (float.IsNaN(scores[i]))
            {
                return $"The score of example {i} is not a number.";
            }

            positives += labels[i] == 1f ? 1 : 0;
        }

        return positives == 0 || positives == labels.Length
            ? $"All {labels.Length} labels are {(positives == 0 ? 0 : 1)}; AUC needs both classes."
            : null;
    }

    private static (double? Rare, double? Popular) Slices(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, ReadOnlySpan<double> frequencies)
    {
        double[] keys = frequencies.ToArray();
        int[] order = new int[keys.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        int tenth = order.Length / 10;
        return (Slice(scores, labels, order.AsSpan(0, tenth)), Slice(scores, labels, order.AsSpan(order.Length - tenth)));
    }

    private static double? Slice(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, ReadOnlySpan<int> examples)
    {
        float[] sliceScores = new float[examples.Length];
        float[] sliceLabels = new float[examples.Length];
        for (int i = 0; i < examples.Length; i++)
        {
            sliceScores[i] = scores[examples[i]];
            sliceLabels[i] = labels[examples[i]];
        }

        return RankAuc.Compute(sliceScores, sliceLabels);
    }
}
