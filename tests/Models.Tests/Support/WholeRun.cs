using ModelGen.Compiled;

namespace ModelGen.Tests.Support;

/// <summary>What neither threads nor an interruption may change.</summary>
internal static class WholeRun
{
    /// <summary>Trains on one thread, on three, and stopped after some steps and resumed; requires the same bits of all parameters.</summary>
    public static void KeepsItsBits<T>(DataSet<T> data, TrainingOptions options, long stopAfter)
        where T : class, IEmbeddingModel<T>
    {
        using TemporaryFolder folder = new();
        options = options with { Threads = 1 };
        int[] whole = Bits.Of(ModelTrainer.Train(data, options).State);
        Bits.AreEqual(whole, Bits.Of(ModelTrainer.Train(data, options with { Threads = 3 }).State), "three threads");
        options = options with { CheckpointPath = folder["run.safetensors"] };
        ModelTrainer.Train(data, options with { MaxSteps = stopAfter });
        Bits.AreEqual(whole, Bits.Of(ModelTrainer.Train(data, options with { Resume = true }).State), "resumed");
    }
}
