using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>The generated training step against the interpreter of the model's printed text.</summary>
[TestClass]
public sealed class ReferenceTests
{
    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void Steps_agree_with_the_reference(string model) => AllModels.Run(model, new Small());

    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void A_batch_of_several_tiles_per_lane_and_several_chunks_agrees_with_the_reference(string model) => AllModels.Run(model, new Large());

    private sealed class Small : IModelAction
    {
        // One example, then sizes around a vector and a tile, none of them a multiple of 8 but the last.
        public void Run<T>()
            where T : class, IEmbeddingModel<T> => Parity.Check<T>([1, 13, 63, 65, 64], 50, 3, typeof(T).Name);
    }

    private sealed class Large : IModelAction
    {
        // 577 examples are 10 tiles, of which two lanes get a second one, 530 are 9; at least 300 distinct keys are two chunks.
        public void Run<T>()
            where T : class, IEmbeddingModel<T> => Parity.Check<T>([577, 530], 700, 4, typeof(T).Name);
    }
}
