using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Cuda;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;
using ModelGen.Tests.Training;

namespace ModelGen.Tests.Rankings;

/// <summary>Trained and collapsed models of hosts whose score is no inner product rank the whole catalogue on a device with the scores of the CPU but for roundings.</summary>
[TestClass]
public sealed class ModelDeviceScorerTests
{
    [TestMethod]
    public void Scores_of_all_items_equal_those_of_the_CPU()
    {
        Same<NeuMfMixed>(isChecked: false);
        Same<NeuMfOdd>(isChecked: false);
        Same<TwoTowerRating>(isChecked: false);
        Same<GmfRanking>(isChecked: false);
        Same<MfClustered>(isChecked: false);
        Same<RankedClick>(isChecked: false);
        Assert.IsGreaterThan(0, Program<RankedWide>().WorkspaceFloats);
        Same<RankedWide>(isChecked: false);
    }

    [TestMethod]
    public void Every_access_to_memory_is_in_bounds_and_free_of_races()
    {
        Same<NeuMfMixed>(isChecked: true);
        Same<RankedClick>(isChecked: true);
    }

    [TestMethod]
    public void Scores_of_the_served_form_equal_those_of_the_CPU_in_every_format()
    {
        Served<NeuMfMixed>(isChecked: false);
        Served<NeuMfOdd>(isChecked: false);
        Served<RankedClick>(isChecked: false);
        Served<NeuMfMixed>(isChecked: true);
    }

    [TestMethod]
    public void Trained_models_are_measured_on_a_device_with_the_result_of_the_CPU()
    {
        Measure<NeuMfMixed>();
        Measure<RankedClick>();

        static void Measure<T>()
            where T : class, IEmbeddingModel<T>
        {
            DataSet<T> data = RandomData.Create<T>(300, 7, keys: 60);
            DataSet<T> history = data.Select([.. Enumerable.Range(0, 200)]), heldOut = data.Select([.. Enumerable.Range(200, 100)]);
            TrainedModel<T> model = ModelTrainer.Train(history, new TrainingOptions { BatchSize = 64 });
            RankingOptions options = new() { Cutoffs = [3, 20] };
            RankingEvaluation expected = model.EvaluateRanking(heldOut, history, options), actual = model.EvaluateRanking(heldOut, history, options with { Device = Devices.Device() });
            Assert.AreEqual((expected.Users, expected.HeldOut, expected.Items), (actual.Users, actual.HeldOut, actual.Items));
            foreach (int cutoff in options.Cutoffs)
            {
                Assert.IsGreaterThan(0, expected.At(cutoff).Ndcg);
                Assert.AreEqual(expected.At(cutoff).Ndcg, actual.At(cutoff).Ndcg, 1e-3, $"{typeof(T).Name} at {cutoff}");
            }
        }
    }

    private static CudaProgram Program<T>()
        where T : class, IEmbeddingModel<T> => T.Cuda!;

    private static void Same<T>(bool isChecked)
        where T : class, IEmbeddingModel<T>
    {
        string name = typeof(T).Name;
        DataSet<T> data = RandomData.Create<T>(240, 7, keys: 90), queries = data.Select([.. Enumerable.Range(100, 23)]);
        ModelState state = ModelTrainer.Train(data, new TrainingOptions { BatchSize = 64 }).State;
        using WorkerTeam team = new(2);
        Compare(new TrainedQueryScorer<T>(state, queries, team), new ModelDeviceScorer(state, Program<T>(), queries, team), queries.Count, isChecked, name);
    }

    // Tables in floats and in smaller forms, codes where the model has them.
    private static void Served<T>(bool isChecked)
        where T : class, IEmbeddingModel<T>
    {
        DataSet<T> data = RandomData.Create<T>(240, 7, keys: 90), queries = data.Select([.. Enumerable.Range(100, 23)]);
        CollapsedWeights weights = ModelTrainer.Train(data, new TrainingOptions { BatchSize = 64 }).Collapse().Weights;
        using WorkerTeam team = new(2);
        foreach (CollapsedWeights form in new[] { weights, weights.Quantize(TableFormat.Int8PerRow), weights.Quantize(TableFormat.Float16) })
        {
            ModelDeviceScorer scorer = new(T.ServedCuda!.Decode(form), T.ServedCuda.Program, queries, team);
            Compare(new CollapsedQueryScorer<T>(form, T.CreatePredictor(form), queries, lanes: 1), scorer, queries.Count, isChecked, $"{typeof(T).Name}, {form.Tables[0].Format}");
        }
    }

    private static void Compare(IQueryScorer cpu, ModelDeviceScorer scorer, int queries, bool isChecked, string name)
    {
        using CudaDevice device = isChecked ? Devices.Checked() : Devices.Any();
        using ModelDeviceScorer opened = scorer;
        scorer.Open(device, 16);
        using DeviceBuffer<int> histories = device.Allocate<int>("histories", 17), faults = device.Allocate<int>("faults", 16);
        using DeviceBuffer<float> scores = device.Allocate<float>("scores", 16L * scorer.Items);
        Assert.AreEqual(cpu.Items, scorer.Items);
        for (int first = 0; first < queries; first += 16)
        {
            int count = Math.Min(16, queries - first);
            faults.Clear();
            scorer.Score(first, count, histories, histories, scores, faults);
            float[] expected = new float[count * cpu.Items], actual = scores.ToArray();
            cpu.Prepare(first, count);
            cpu.Score(0, first, count, expected);
            Assert.IsGreaterThan(1, expected.Distinct().Count());
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(expected[i], actual[i], 1e-5 * Math.Max(1, Math.Abs(expected[i])), $"{name}: query {first + (i / cpu.Items)}, item {i % cpu.Items}");
            }

            Assert.AreEqual(0, faults.ToArray().Max());
        }
    }
}
