using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public class OptimizerScheduleTests
{
    private const double Beta1 = 0.9f;
    private const double Beta2 = 0.999f;

    [TestMethod]
    [DataRow(1L)]
    [DataRow(2L)]
    [DataRow(1000L)]
    public void Adam_corrects_the_bias_of_both_moments(long step)
    {
        OptimizerStep scalars = new OptimizerSchedule(Schema(OptimizerKind.Adam), new TrainingOptions(), 1).At(step);
        Assert.AreEqual((float)(1 / (1 - Math.Pow(Beta1, step))), scalars.MomentScale);
        Assert.AreEqual((float)(1 / (1 - Math.Pow(Beta2, step))), scalars.SecondMomentScale);
        Assert.AreEqual(0f, scalars.GradientScale);
    }

    [TestMethod]
    public void NAdam_follows_the_momentum_schedule()
    {
        OptimizerSchedule schedule = new(Schema(OptimizerKind.NAdam), new TrainingOptions(), 1);
        double product = 1;
        for (int t = 1; t <= 50; t++)
        {
            double u = Beta1 * (1 - 0.5 * Math.Pow(0.96, t * 0.004f));
            double next = Beta1 * (1 - 0.5 * Math.Pow(0.96, (t + 1) * 0.004f));
            product *= u;
            OptimizerStep scalars = schedule.At(t);
            Assert.AreEqual(next / (1 - product * next), scalars.MomentScale, 1e-6);
            Assert.AreEqual((1 - u) / (1 - product), scalars.GradientScale, 1e-6);
            Assert.AreEqual((float)(1 / (1 - Math.Pow(Beta2, t))), scalars.SecondMomentScale);
        }
    }

    [TestMethod]
    public void A_schedule_asked_from_the_middle_gives_the_same_bits_as_one_asked_from_the_start()
    {
        OptimizerSchedule whole = new(Schema(OptimizerKind.NAdam), new TrainingOptions(), 1);
        for (int t = 1; t < 777; t++)
        {
            whole.At(t);
        }

        OptimizerSchedule resumed = new(Schema(OptimizerKind.NAdam), new TrainingOptions(), 1);
        Assert.AreEqual(whole.At(777), resumed.At(777));
        Assert.AreEqual(new OptimizerSchedule(Schema(OptimizerKind.NAdam), new TrainingOptions(), 1).At(5), resumed.At(5));
    }

    [TestMethod]
    public void Each_group_takes_its_own_override_then_the_common_one_then_the_rate_of_the_model()
    {
        OptimizerSchema schema = new(OptimizerKind.Sgd, 1, 2, 3, 4, 0, 0);
        Assert.AreEqual(new OptimizerStep(2, 3, 4, 1, 0, 1), new OptimizerSchedule(schema, new TrainingOptions(), 1).At(1));
        Assert.AreEqual(new OptimizerStep(9, 9, 9, 1, 0, 1), new OptimizerSchedule(schema, new TrainingOptions { LearningRate = 9 }, 1).At(1));
        TrainingOptions mixed = new() { LearningRate = 9, FactorLearningRate = 8 };
        Assert.AreEqual(new OptimizerStep(9, 8, 9, 1, 0, 1), new OptimizerSchedule(schema, mixed, 1).At(1));
        Assert.AreEqual(new OptimizerStep(2, 3, 7, 1, 0, 1), new OptimizerSchedule(schema, new TrainingOptions { TowerLearningRate = 7 }, 1).At(1));
    }

    [TestMethod]
    public void A_group_rate_of_zero_in_the_model_means_its_base_rate()
    {
        OptimizerSchema schema = new(OptimizerKind.Sgd, 1, 0, 0, 0, 0, 0);
        Assert.AreEqual(new OptimizerStep(1, 1, 1, 1, 0, 1), new OptimizerSchedule(schema, new TrainingOptions(), 1).At(1));
    }

    [TestMethod]
    public void A_linear_decay_falls_in_equal_steps_to_zero_after_the_last_step()
    {
        OptimizerSchedule schedule = new(new OptimizerSchema(OptimizerKind.Sgd, 8, 0, 0, 4, 0, 0), new TrainingOptions { RateDecay = RateDecay.Linear }, 4);
        CollectionAssert.AreEqual(new float[] { 8, 6, 4, 2, 0 }, Enumerable.Range(1, 5).Select(step => schedule.At(step).TableRate).ToArray());
        Assert.AreEqual(3, schedule.At(2).TowerRate);
    }

    private static OptimizerSchema Schema(OptimizerKind kind) => new(kind, 0.1f, 0.1f, 0.1f, 0.1f, (float)Beta1, (float)Beta2);
}
