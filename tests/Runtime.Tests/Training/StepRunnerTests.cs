using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using Call = ModelGen.Tests.RecordingModel.Call;

namespace ModelGen.Tests;

[TestClass]
public class StepRunnerTests
{
    private const int Examples = 1000;

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Every_phase_covers_its_work_exactly_once_and_ends_before_the_next_begins(int threads)
    {
        DataSet<RecordingModel> data = Data();
        using WorkerTeam team = new(threads);
        (StepRunner<RecordingModel> runner, ModelState state) = Create(data, team);
        int[] order = [.. Enumerable.Range(0, Examples)];
        runner.Prepare(order, 0, 600);
        Assert.AreEqual(600, runner.Step(default, 600, 400));
        List<Call> first = [.. RecordingModel.Calls[state]];
        RecordingModel.Calls[state].Clear();
        Assert.AreEqual(400, runner.Step(default, 0, 0));
        List<Call> second = [.. RecordingModel.Calls[state]];

        Check(first, 600, data, 0);
        Check(second, 400, data, 600);
        Assert.AreNotSame(first[0].Batch, second[0].Batch);
    }

    [TestMethod]
    public void A_lane_takes_an_eighth_of_the_tiles_in_order_and_accumulates_from_its_second_tile()
    {
        using WorkerTeam team = new(1);
        (StepRunner<RecordingModel> runner, ModelState state) = Create(Data(), team);
        runner.Prepare([.. Enumerable.Range(0, Examples)], 0, 1000);
        runner.Step(default, 0, 0);
        foreach (var lane in RecordingModel.Calls[state].Where(c => c.Work == "TrainTile").GroupBy(c => c.Of))
        {
            int[] tiles = [.. lane.Select(c => c.First / ModelSchema.TileExamples)];
            CollectionAssert.AreEqual(Enumerable.Range(lane.Key * 2, 2).ToArray(), tiles);
            CollectionAssert.AreEqual(Enumerable.Range(0, tiles.Length).Select(i => i > 0).ToArray(), lane.Select(c => c.Accumulate).ToArray());
        }
    }

    [TestMethod]
    public void A_step_allocates_nothing_once_the_batches_have_grown()
    {
        DataSet<TinyModel> data = TestData.Clicks<TinyModel>(Examples);
        ModelSchema schema = TinyModel.Schema;
        using WorkerTeam team = new(1);
        ModelState state = ParameterFactory.Allocate(schema, ModelTrainer.BuildVocabularies(schema, data), ModelTrainer.BuildScalings(schema, data), optimizerState: true);
        ParameterFactory.Start(state, seed: 1, factorSigma: null, team, labelMean: 0);
        BatchLoader loader = new(data, schema, state.Vocabularies, state.Scalings);
        StepRunner<TinyModel> runner = new(state, loader, 200, LaneSet.Create(schema, 200, training: true), team);
        OptimizerSchedule schedule = new(schema.Optimizer, new TrainingOptions(), totalSteps: 20);
        runner.Prepare([.. Enumerable.Range(0, Examples)], 0, 200);
        long before = 0;
        for (int step = 1; step <= 20; step++)
        {
            // Both batches have seen all the data by the tenth step.
            before = step == 11 ? GC.GetAllocatedBytesForCurrentThread() : before;
            runner.Step(schedule.At(step), step % 5 * 200, 200);
        }

        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Check(List<Call> calls, int count, DataSet<RecordingModel> data, int start)
    {
        string[][] phases = [["Embed"], ["TrainTile"], ["UpdateRows", "UpdateTowers"], ["UpdateSharedRows", "UpdateFactors"]];
        int[] phaseOfCall = [.. calls.Select(c => Array.FindIndex(phases, p => p.Contains(c.Work)))];
        CollectionAssert.AreEqual(phaseOfCall.Order().ToArray(), phaseOfCall);

        Batch batch = calls[0].Batch!;
        int[] distinct = [Distinct(data.Categoricals[0], start, count), Distinct(data.Categoricals[1], start, count)];
        for (int f = 0; f < 2; f++)
        {
            Covers(calls, "Embed", f, 1, distinct[f] + 1);
            int slots = RecordingModel.Schema.Categoricals[f].ChunkSlots;
            Covers(calls, "UpdateRows", f, 0, (distinct[f] + slots - 1) / slots);
        }

        Covers(calls, "UpdateTowers", 0, 0, 300);
        Covers(calls, "UpdateTowers", 1, 0, 1);
        Covers(calls, "UpdateTowers", 2, 0, 0);
        Covers(calls, "UpdateFactors", 0, 0, 0);
        Covers(calls, "UpdateFactors", 1, 0, 1);
        int rows = batch.Features[0].Shared.Single().Count;
        Assert.IsGreaterThan(64, rows);
        Covers(calls, "UpdateSharedRows", 0, 0, rows);
        CollectionAssert.AreEqual(
            Enumerable.Range(0, (count + 63) / 64).Select(t => (t * 64, Math.Min(t * 64 + 64, count))).ToArray(),
            calls.Where(c => c.Work == "TrainTile").Select(c => (c.First, c.End)).Order().ToArray());
    }

    /// <summary>The ranges of one piece of work, put in order, follow on each other from start to end.</summary>
    private static void Covers(List<Call> calls, string work, int of, int start, int end)
    {
        int at = start;
        foreach (Call call in calls.Where(c => c.Work == work && c.Of == of).OrderBy(c => c.First))
        {
            Assert.AreEqual(at, call.First, $"{work} {of}");
            at = call.End;
        }

        Assert.AreEqual(end, at, $"{work} {of}");
    }

    private static int Distinct(KeyColumn column, int start, int count) => column.Codes.Skip(start).Take(count).Distinct().Count();

    private static (StepRunner<RecordingModel> Runner, ModelState State) Create(DataSet<RecordingModel> data, WorkerTeam team)
    {
        ModelSchema schema = RecordingModel.Schema;
        ModelState state = ParameterFactory.Allocate(schema, ModelTrainer.BuildVocabularies(schema, data), [], optimizerState: true);
        BatchLoader loader = new(data, schema, state.Vocabularies, []);
        return (new StepRunner<RecordingModel>(state, loader, Examples, LaneSet.Create(schema, Examples, training: true), team), state);
    }

    private static DataSet<RecordingModel> Data() => TestData.Create<RecordingModel>(
        [
            [.. Enumerable.Range(0, Examples).Select(i => $"a{i * i % 701}")],
            [.. Enumerable.Range(0, Examples).Select(i => $"b{i % 5}")],
        ],
        [],
        new float[Examples]);
}
