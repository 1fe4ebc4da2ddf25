using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Serving;

/// <summary>Many examples at once: blocks of tiles give the bits of single calls, whatever their number.</summary>
[TestClass]
public sealed class BatchTests
{
    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void A_batch_gives_the_bits_of_single_calls(string model) => AllModels.Run(model, new Batches());

    [TestMethod]
    [DataRow(1)]
    [DataRow(9)]
    [DataRow(100)]
    [DataRow(700)]
    public void Damaged_weights_are_refused(int tenths)
    {
        using TemporaryFolder folder = new();
        CollapsedModel<DlrmMixed> served = ModelTrainer.Train(RandomData.Create<DlrmMixed>(200, 7, keys: 30), new TrainingOptions()).Collapse();
        served.SaveAssembly(folder["Damaged.dll"]);
        served.Save(folder["weights"]);
        byte[] weights = File.ReadAllBytes(folder["weights"]);
        using InferenceAssembly assembly = new(folder["Damaged.dll"]);
        ConstructorInfo create = assembly.Type.GetConstructor([typeof(Stream)])!;
        Assert.IsNotNull(create.Invoke([new MemoryStream(weights)]));
        TargetInvocationException thrown = Assert.ThrowsExactly<TargetInvocationException>(
            () => create.Invoke([new MemoryStream(weights, 0, (int)(weights.Length * (long)tenths / 1000))]));
        Assert.IsInstanceOfType<InvalidDataException>(thrown.InnerException);

        // Another model's weights, of a stream that cannot seek.
        ModelTrainer.Train(RandomData.Create<FmSmallest>(200, 7, keys: 30), new TrainingOptions()).Collapse().Save(folder["other"]);
        using var other = new System.IO.Compression.BrotliStream(Compressed(folder["other"]), System.IO.Compression.CompressionMode.Decompress);
        StringAssert.Contains(Assert.ThrowsExactly<TargetInvocationException>(() => create.Invoke([other])).InnerException!.Message, "another model than DlrmMixed");
    }

    [TestMethod]
    public void A_header_is_read_in_whatever_form_other_programs_write_it()
    {
        using TemporaryFolder folder = new();
        CollapsedModel<DlrmMixed> served = ModelTrainer.Train(RandomData.Create<DlrmMixed>(200, 7, keys: 30), new TrainingOptions()).Collapse();
        served.SaveAssembly(folder["Header.dll"]);
        served.Save(folder["weights"]);
        byte[] weights = File.ReadAllBytes(folder["weights"]);
        int length = (int)BitConverter.ToInt64(weights);
        JsonObject header = JsonNode.Parse(weights.AsSpan(8, length))!.AsObject();
        foreach ((string name, JsonNode? tensor) in header)
        {
            if (name != "__metadata__")
            {
                tensor!["more"] = JsonNode.Parse("""{"a": [1, -2.5e3, {"]": "}\\\""}], "b": null, "c": [], "d": true}""");
            }
        }

        header["__metadata__"]!["note"] = "\"quoted\" \\ /\b\f\n\r\t \u00e9 \u65e5 \ud83d\ude00 <>";
        using InferenceAssembly assembly = new(folder["Header.dll"]);
        ConstructorInfo create = assembly.Type.GetConstructor([typeof(Stream)])!;
        foreach (JsonSerializerOptions form in new[] { new JsonSerializerOptions { WriteIndented = true }, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping } })
        {
            byte[] text = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString(form));
            Assert.IsNotNull(create.Invoke([new MemoryStream([.. BitConverter.GetBytes((long)text.Length), .. text, .. weights.AsSpan(8 + length)])]));

            // Cut off anywhere, a header is no header.
            for (int end = 2; end < text.Length; end += 1 + (end / 7))
            {
                byte[] cut = [.. BitConverter.GetBytes((long)end), .. text.AsSpan(0, end)];
                Assert.IsInstanceOfType<InvalidDataException>(Assert.ThrowsExactly<TargetInvocationException>(() => create.Invoke([new MemoryStream(cut)])).InnerException);
            }
        }
    }

    [TestMethod]
    public void Keys_of_any_text_are_found()
    {
        using TemporaryFolder folder = new();
        string[] keys = ["a", "ab", "abc", "abcd", "abcdefg", "abcdefgh", "abcdefghi", "песня", "日本語のキー", "😀", new string('x', 127), new string('x', 128), new string('x', 129), new string('ж', 900)];
        string[] repeated = [.. Enumerable.Range(0, 10 * keys.Length).Select(i => keys[i % keys.Length])];
        CollapsedModel<Recommendations.PlayFull> served = ModelTrainer.Train(
            Recommendations.PlayFull.From(repeated.Select((k, i) => new Recommendations.PlayFull { User = i % 7, Item = k, Time = i })), new TrainingOptions()).Collapse();
        served.SaveAssembly(folder["Keys.dll"]);
        using InferenceAssembly assembly = new(folder["Keys.dll"]);
        var find = assembly.Type.GetMethod("ItemId")!.CreateDelegate<FindText>(assembly.Predictor);
        foreach (string key in keys)
        {
            Assert.AreEqual(served.Weights.Vocabularies[1].Find(key), find(key), key);
        }

        foreach (string key in new[] { "", "A", "abcdefghj", "ab\0", "\ud83d", new string('x', 130), new string('ж', 901) })
        {
            Assert.ThrowsExactly<KeyNotFoundException>(() => find(key), key);
        }
    }

    private delegate int FindText(ReadOnlySpan<char> key);

    private static MemoryStream Compressed(string path)
    {
        var stream = new MemoryStream();
        using (var brotli = new System.IO.Compression.BrotliStream(stream, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(File.ReadAllBytes(path));
        }

        stream.Position = 0;
        return stream;
    }

    private sealed class Batches : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            CollapsedModel<T> served = ModelTrainer.Train(RandomData.Create<T>(900, 7, keys: 60), new TrainingOptions { BatchSize = 100 }).Collapse();
            DataSet<T> data = RandomData.Create<T>(150, 8, keys: 40, unknown: true);
            IPredictor<T> predictor = T.CreatePredictor(served.Weights);
            var ids = new ExampleIds(data, served.Weights.Vocabularies);
            ExampleIds.Reader one = ids.CreateReader(), many = ids.CreateReader();
            float[] scores = new float[data.Count], predictions = new float[data.Count];
            for (int i = 0; i < data.Count; i++)
            {
                one.Read(i);
                scores[i] = predictor.ScoreIds(one.Numerics, one.Ids, one.Offsets);
                predictions[i] = predictor.PredictIds(one.Numerics, one.Ids, one.Offsets);
            }

            foreach ((int first, int count) in new[] { (0, 1), (3, 2), (5, 3), (0, 5), (2, 6), (9, 7), (0, 47), (1, 48), (7, 49), (20, 97), (0, 150) })
            {
                many.Read(first, count);
                float[] block = new float[count];
                predictor.ScoreIds(many.Numerics, many.Ids, many.Offsets, block);
                Bits.AreEqual(Bits.Of(scores[first..(first + count)]), Bits.Of(block), $"{typeof(T).Name}: {count} scores");
                predictor.PredictIds(many.Numerics, many.Ids, many.Offsets, block);
                Bits.AreEqual(Bits.Of(predictions[first..(first + count)]), Bits.Of(block), $"{typeof(T).Name}: {count} predictions");
            }
        }
    }
}
