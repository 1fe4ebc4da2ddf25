using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests;

[TestClass]
public class EvaluationTests
{
    [TestMethod]
    [DataRow(2, 3)]
    [DataRow(50, 4)]
    [DataRow(301, 20)]
    [DataRow(500, 100_000)]
    public void Auc_equals_the_share_of_won_pairs_with_ties_at_half(int count, int distinctScores)
    {
        Random random = new(count);
        float[] scores = [.. Enumerable.Range(0, count).Select(_ => random.Next(distinctScores) / 7f - 1)];
        float[] labels = [.. Enumerable.Range(0, count).Select(i => i == 0 ? 1f : i == 1 ? 0f : random.Next(2))];
        double won = 0;
        double pairs = 0;
        for (int p = 0; p < count; p++)
        {
            for (int n = 0; n < count; n++)
            {
                if (labels[p] == 1 && labels[n] == 0)
                {
                    pairs++;
                    won += scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0;
                }
            }
        }

        Assert.AreEqual(won / pairs, Evaluation.From(scores, labels, Loss.BinaryCrossEntropy).Auc!.Value, 1e-12);
    }

    [TestMethod]
    public void Auc_of_one_class_is_undefined_and_says_why()
    {
        Evaluation evaluation = Evaluation.From([1, 2, 3], [1, 1, 1], Loss.BinaryCrossEntropy);
        Assert.IsNull(evaluation.Auc);
        Assert.Contains("All 3 labels are 1", evaluation.AucUndefined!);
        Assert.IsNull(Evaluation.From([1, 2], [1, 0], Loss.BinaryCrossEntropy).AucUndefined);
    }

    [TestMethod]
    public void Auc_of_labels_that_are_no_classes_is_undefined()
    {
        Evaluation evaluation = Evaluation.From([1, 2], [0.25f, 3], Loss.MeanSquaredError);
        Assert.IsNull(evaluation.Auc);
        Assert.Contains("0.25", evaluation.AucUndefined!);
        Assert.AreEqual(((1 - 0.25) * (1 - 0.25) + 1) / 2, evaluation.Mse, 1e-12);
        Assert.AreEqual(3 / 3.25, evaluation.Calibration, 1e-12);
        Assert.IsTrue(double.IsNaN(evaluation.LogLoss));
    }

    [TestMethod]
    public void Log_loss_is_exact_for_large_scores_of_either_sign()
    {
        Assert.AreEqual(1000, LogLoss(1000, 0));
        Assert.AreEqual(0, LogLoss(1000, 1));
        Assert.AreEqual(1000, LogLoss(-1000, 1));
        Assert.AreEqual(1e30f, LogLoss(1e30f, 0));
        Assert.AreEqual(Math.Log(2), LogLoss(0, 1), 1e-15);

        // log(1 + exp(-40)) is exp(-40) to double precision; a sum with 1 would round it to zero.
        Assert.AreEqual(1, LogLoss(40, 1) / Math.Exp(-40), 1e-12);
        Assert.AreEqual(1, LogLoss(-30, 0) / (Math.Exp(-30) - Math.Exp(-60) / 2), 1e-12);
    }

    [TestMethod]
    public void Squared_error_and_calibration_use_probabilities_under_cross_entropy()
    {
        Evaluation evaluation = Evaluation.From([0, 0, (float)Math.Log(3)], [1, 0, 1], Loss.BinaryCrossEntropy);
        Assert.AreEqual((0.25 + 0.25 + 0.0625) / 3, evaluation.Mse, 1e-7);
        Assert.AreEqual(1.75 / 2, evaluation.Calibration, 1e-7);
        Assert.AreEqual(3, evaluation.Examples);
    }

    [TestMethod]
    public void The_rare_and_popular_slices_are_the_first_and_last_tenth_in_stable_order()
    {
        // 20 examples. The two rarest (14, 3) are ranked right, the two most popular (8, 9: ties with 7, which comes first) wrong.
        double[] frequencies = [.. Enumerable.Repeat(5.0, 20)];
        float[] scores = new float[20];
        float[] labels = new float[20];
        (frequencies[14], frequencies[3]) = (1, 2);
        (scores[14], labels[14], scores[3], labels[3]) = (1, 1, 0, 0);
        (frequencies[7], frequencies[8], frequencies[9]) = (6, 6, 6);
        (scores[8], labels[8], scores[9], labels[9]) = (0, 1, 1, 0);
        (scores[7], labels[7]) = (9, 1);
        Evaluation evaluation = Evaluation.From(scores, labels, Loss.BinaryCrossEntropy, frequencies);
        Assert.AreEqual(1.0, evaluation.AucRare);
        Assert.AreEqual(0.0, evaluation.AucPopular);
    }

    [TestMethod]
    public void A_slice_of_one_class_is_null()
    {
        float[] labels = [.. Enumerable.Range(0, 20).Select(i => i < 5 ? 1f : 0f)];
        double[] frequencies = [.. Enumerable.Range(0, 20).Select(i => (double)i)];
        Evaluation evaluation = Evaluation.From(new float[20], labels, Loss.BinaryCrossEntropy, frequencies);
        Assert.AreEqual(0.5, evaluation.Auc);
        Assert.IsNull(evaluation.AucRare);
        Assert.IsNull(evaluation.AucPopular);
    }

    [TestMethod]
    public void No_examples_or_unequal_lengths_are_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => Evaluation.From([], [], Loss.BinaryCrossEntropy));
        Assert.ThrowsExactly<ArgumentException>(() => Evaluation.From([1], [1, 0], Loss.BinaryCrossEntropy));
        Assert.ThrowsExactly<ArgumentException>(() => Evaluation.From([1, 2], [1, 0], Loss.BinaryCrossEntropy, [1]));
    }

    [TestMethod]
    public void A_result_is_better_by_auc_under_cross_entropy_and_by_squared_error_otherwise()
    {
        Evaluation sharp = Evaluation.From([5, -5, 4, 3], [1, 0, 1, 1], Loss.BinaryCrossEntropy);
        Evaluation blunt = Evaluation.From([5, -5, 4, -9], [1, 0, 1, 1], Loss.BinaryCrossEntropy);
        Assert.IsTrue(sharp.IsBetterThan(blunt, Loss.BinaryCrossEntropy));
        Assert.IsFalse(sharp.IsBetterThan(sharp, Loss.BinaryCrossEntropy));
        Evaluation near = Evaluation.From([1, 2], [1, 2.5f], Loss.MeanSquaredError);
        Evaluation far = Evaluation.From([1, 2], [1, 9], Loss.MeanSquaredError);
        Assert.IsTrue(near.IsBetterThan(far, Loss.MeanSquaredError));
        Assert.IsFalse(far.IsBetterThan(near, Loss.MeanSquaredError));
    }

    private static double LogLoss(float score, float label) => Evaluation.From([score], [label], Loss.BinaryCrossEntropy).LogLoss;
}
