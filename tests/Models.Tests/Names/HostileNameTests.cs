using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Names;

/// <summary>
/// Names that meet the generated code's own: that this project compiles is half of the test, that the models work is the other.
/// </summary>
[TestClass]
public sealed class HostileNameTests
{
    [TestMethod]
    public void A_model_named_like_a_type_of_the_runtime_with_inputs_named_like_its_words() => Check<Hostile.Batch>();

    [TestMethod]
    public void A_record_among_types_named_like_those_of_the_framework() => Check<Hostile.Model>();

    [TestMethod]
    public void A_positional_record()
    {
        Parity.Check<Hostile.Rating>([20, 9], 10, 1, nameof(Hostile.Rating));
        DataSet<Hostile.Rating> data = Hostile.Rating.From([new(3, "a", 1), new(4, "b", 2), new(5, "a", 3)]);
        CollapsedModel<Hostile.Rating> served = Hostile.Rating.Train(data).Collapse();
        Assert.AreEqual(served.Score(data)[1], served.Predict(new(0, "b", 2)));
    }

    [TestMethod]
    public void A_model_in_the_global_namespace() => Check<GlobalModel>();

    private static void Check<T>()
        where T : class, IEmbeddingModel<T>
    {
        Parity.Check<T>([20, 9], 10, 1, typeof(T).Name);
        T[] examples = RandomObjects.Create<T>(60, 2, keys: 8);
        DataSet<T> data = DataSet<T>.FromExamples(examples);
        CollapsedModel<T> served = ModelTrainer.Train(data, new TrainingOptions()).Collapse();
        float[] scores = served.Score(data);
        Bits.AreEqual(Bits.Of(scores), Bits.Of(System.Array.ConvertAll(examples, served.Predict)), "one at a time");
        using TemporaryFolder folder = new();
        served.SaveAssembly(folder["Model.dll"]);
        Bits.AreEqual(Bits.Of(scores), Bits.Of(CollapsedModel<T>.ScoreAssembly(folder["Model.dll"], data)), "assembly");
        if (OnnxRuntimeLibrary.TryLoad(out _))
        {
            served.SaveOnnx(folder["model.onnx"]);
            Scores.AreClose(scores, served.ScoreOnnx(folder["model.onnx"], data), 1e-5, "ONNX");
        }
    }
}
