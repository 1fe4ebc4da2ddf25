using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Fuzzing;

/// <summary>Random models through the whole corridor: compiler, training, collapse, inference assembly, ONNX.</summary>
[TestClass]
public sealed class RandomModelTests
{
    private static readonly TableFormat[] s_formats =
    [
        TableFormat.Int8PerRow, TableFormat.Uniform(4), TableFormat.Float16, TableFormat.Int4PerRow, TableFormat.Uniform(7), TableFormat.Int8PerTable, TableFormat.Uniform(1),
    ];

    public static IEnumerable<object[]> Seeds => CompiledModels.Seeds.Select(seed => new object[] { seed });

    [TestMethod]
    [DynamicData(nameof(Seeds))]
    public void A_random_model_trains_like_the_reference_and_scores_alike_in_every_form(int seed)
    {
        MethodInfo check = typeof(RandomModelTests).GetMethod(nameof(Check), BindingFlags.NonPublic | BindingFlags.Static)!;
        check.MakeGenericMethod(CompiledModels.Find(seed)).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [seed], null);
    }

    private static void Check<T>(int seed)
        where T : class, IEmbeddingModel<T>
    {
        string name = $"seed {seed}";

        // Towers of up to 64 inputs in two layers multiply the rounding errors of the catalogue's models by as much again.
        Parity.Check<T>([70, 37], 40, seed, name, 10 * Parity.Tolerance);

        DataSet<T> data = RandomData.Create<T>(500, seed, keys: 40);
        TrainedModel<T> trained = ModelTrainer.Train(data, new TrainingOptions { BatchSize = 130, Seed = (ulong)seed });
        DataSet<T> other = RandomData.Create<T>(150, seed + 1000, keys: 20, unknown: true);
        float[] scores = trained.Score(other);
        foreach (CollapsedModel<T> served in new[] { trained.Collapse(), trained.Collapse().Quantize(s_formats[seed % s_formats.Length]) })
        {
            float[] expected = served.Score(other);
            if (served.Weights.Tables.All(t => t.Format == TableFormat.Float32) && served.Weights.Dense.All(d => d.Format == TableFormat.Float32))
            {
                Scores.AreClose(scores, expected, 2e-6, $"{name}, collapsed");
            }

            using TemporaryFolder folder = new();
            served.SaveAssembly(folder["Random.dll"]);
            Bits.AreEqual(Bits.Of(expected), Bits.Of(CollapsedModel<T>.ScoreAssembly(folder["Random.dll"], other)), $"{name}, assembly");
            if (OnnxRuntimeLibrary.TryLoad(out _))
            {
                served.SaveOnnx(folder["random.onnx"]);
                Scores.AreClose(expected, served.ScoreOnnx(folder["random.onnx"], other), 1e-5, $"{name}, ONNX");
            }
        }
    }
}
