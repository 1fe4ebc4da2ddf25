using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

/// <summary>Features through ONNX Runtime against a reference that looks rows up one by one.</summary>
[TestClass]
public sealed class OnnxFeatureTests
{
    private const int Width = 3;
    private static readonly string[] Texts = ["anna", "böb", "日本", "d e"];
    private static readonly long[] Integers = [42, -7, 1L << 40, 3];

    public static IEnumerable<object[]> Cases() =>
        from unknown in new[] { OutOfVocabulary.SharedRow, OutOfVocabulary.HashedBucket, OutOfVocabulary.Zero, OutOfVocabulary.Error }
        from keys in new[] { "text", "integer", "fixed" }
        from index in new[] { RowIndex.Identity, RowIndex.Quotient, RowIndex.Remainder }
        from format in new[] { TableFormat.Float32, TableFormat.Float16, TableFormat.Int8PerRow, TableFormat.Int8PerTable, TableFormat.Int4PerRow, TableFormat.Uniform(3), TableFormat.Uniform(8) }
        from pooling in new Pooling?[] { null, Pooling.Sum, Pooling.Mean }
        select new object[] { unknown, keys, index, format, pooling?.ToString() ?? "" };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Lookups_equal_the_reference(OutOfVocabulary unknown, string keys, RowIndex index, TableFormat format, string pooling)
    {
        Native.RequireOnnxRuntime();
        var setup = new Setup(unknown, keys, index, format, pooling);

        // Known values and, where the policy has an answer, unknown ones; -1 is no key of any vocabulary here.
        int?[][] values = setup.Feature.IsBag
            ? [[0, 2, 2], [3], [], [1, null, 0], [null, null]]
            : [[0], [3], [1], [null], [2]];
        if (unknown == OutOfVocabulary.Error)
        {
            values = [.. values.Select(bag => bag.Where(v => v is not null).ToArray()).Where(bag => setup.Feature.IsBag || bag.Length > 0)];
        }

        (float[] actual, long[] shape) = setup.Run(values);
        CollectionAssert.AreEqual((long[])[values.Length, Width], shape);
        float[] expected = [.. values.SelectMany(setup.Expected)];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-6f, $"element {i}");
        }

        if (unknown == OutOfVocabulary.Error)
        {
            Assert.ThrowsExactly<OnnxRuntimeException>(() => setup.Run([[0], [null]]));
        }
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(4)]
    public void A_bucket_outside_its_range_makes_the_run_fail(int bucket)
    {
        Native.RequireOnnxRuntime();
        var setup = new Setup(OutOfVocabulary.HashedBucket, "text", RowIndex.Remainder, TableFormat.Float32, "") { Bucket = bucket };
        Assert.ThrowsExactly<OnnxRuntimeException>(() => setup.Run([[null]]));
        setup.Run([[1]]);
    }

    [TestMethod]
    public void A_batch_of_bags_without_any_value_gives_zeros()
    {
        Native.RequireOnnxRuntime();
        foreach (string pooling in new[] { "Sum", "Mean" })
        {
            (float[] values, long[] shape) = new Setup(OutOfVocabulary.SharedRow, "text", RowIndex.Identity, TableFormat.Int8PerRow, pooling).Run([[], []]);
            CollectionAssert.AreEqual((long[])[2, Width], shape);
            Assert.IsTrue(values.All(v => v == 0));
        }
    }

    [TestMethod]
    public void An_empty_vocabulary_knows_no_value()
    {
        Native.RequireOnnxRuntime();
        foreach (CategoricalFeature feature in new[]
        {
            ArtifactModels.Feature("F", KeyKind.Text, OutOfVocabulary.SharedRow), ArtifactModels.Feature("F", KeyKind.Integer, OutOfVocabulary.SharedRow),
        })
        {
            bool text = feature.KeyKind == KeyKind.Text;
            var vocabulary = text ? new Vocabulary(feature, Array.Empty<string>()) : new Vocabulary(feature, Array.Empty<long>());
            CollapsedTable table = ArtifactModels.Table("F.E", 0, RowIndex.Identity, 0, 1, Width, 1);
            OnnxTensor input = text ? OnnxTensor.From("F", ["x", ""], 2) : OnnxTensor.From("F", [5L, 0], 2);
            float[] row = ArtifactModels.Decode(table);
            CollectionAssert.AreEqual((float[])[.. row, .. row], Setup.Score(feature, vocabulary, table, [input]).Values);
        }
    }

    [TestMethod]
    public void A_bag_whose_vocabulary_holds_the_padding_is_refused()
    {
        // Integer bags cannot hold it: negative keys are refused when data are read.
        var vocabulary = new Vocabulary(ArtifactModels.Feature("Tags", isBag: true), new[] { "a", "" });
        var error = Assert.ThrowsExactly<ArgumentException>(() => new OnnxModelBuilder("m").Ids(vocabulary.Feature, vocabulary));
        StringAssert.Contains(error.Message, "The bag 'Tags' has the value");
    }

    [TestMethod]
    public void Rows_of_one_table_are_not_looked_up_in_another()
    {
        var onnx = new OnnxModelBuilder("m");
        CategoricalFeature feature = ArtifactModels.Feature("F", cardinality: 10, keys: KeyKind.Integer);
        string ids = onnx.Ids(feature, new Vocabulary(feature, Array.Empty<long>()));
        string rows = onnx.Row(ids, RowIndex.Quotient, 3);
        var error = Assert.ThrowsExactly<ArgumentException>(() => onnx.Lookup(ArtifactModels.Table("F.R", 0, RowIndex.Remainder, 3, 3, 2, 1), rows));
        StringAssert.Contains(error.Message, "'F.R' has 3 rows");
    }

    [TestMethod]
    public void Numeric_inputs_are_transformed()
    {
        Native.RequireOnnxRuntime();
        float[] x = [-2, 0, 0.25f, 1000];
        (Transform, Func<float, float>)[] cases =
        [
            (Transform.None, v => v),
            (Transform.Log1p, v => MathF.Log(1 + MathF.Max(v, 0))),
            (Transform.Standardize, v => (v - 30) * 0.125f),
        ];
        foreach ((Transform transform, Func<float, float> reference) in cases)
        {
            using var folder = new TemporaryFolder();
            var onnx = new OnnxModelBuilder("m");
            onnx.Output(onnx.Numeric(new NumericFeature("x", "x", transform), new NumericScaling(30, 0.125f)), "y", OnnxType.Float, "batch", 1);
            onnx.Save(folder["m.onnx"]);
            using OnnxSession session = OnnxSession.Load(folder["m.onnx"]);
            (float[] y, long[] shape) = session.Run([OnnxTensor.From("x", x, 4)]);
            CollectionAssert.AreEqual((long[])[4, 1], shape);
            for (int i = 0; i < x.Length; i++)
            {
                Assert.AreEqual(reference(x[i]), y[i], 1e-5f);
            }
        }
    }

    /// <summary>One feature with one table, in the model and in the reference.</summary>
    private sealed class Setup
    {
        private readonly string _keys;
        private readonly Vocabulary _vocabulary;
        private readonly CollapsedTable _table;

        public Setup(OutOfVocabulary unknown, string keys, RowIndex index, TableFormat format, string pooling)
        {
            _keys = keys;
            Feature = ArtifactModels.Feature(
                "F", keys == "text" ? KeyKind.Text : KeyKind.Integer, unknown, isBag: pooling.Length > 0,
                pooling == "Sum" ? Pooling.Sum : Pooling.Mean, cardinality: keys == "fixed" ? 4 : 0);
            _vocabulary = keys switch { "text" => new Vocabulary(Feature, Texts), "integer" => new Vocabulary(Feature, Integers), _ => new Vocabulary(Feature, Array.Empty<long>()) };
            int modulus = index == RowIndex.Identity ? 0 : 3;
            long rows = CollapsedTable.RowsFor(index, modulus, _vocabulary.Rows);
            CollapsedTable table = ArtifactModels.Table("F.E", 0, index, modulus, rows, Width, 9);
            _table = format == TableFormat.Float32 ? table : TableQuantizer.Quantize(table, format);
        }

        public CategoricalFeature Feature { get; }

        public int Bucket { get; init; } = 2;

        public static (float[] Values, long[] Shape) Score(CategoricalFeature feature, Vocabulary vocabulary, CollapsedTable table, OnnxTensor[] inputs)
        {
            using var folder = new TemporaryFolder();
            var onnx = new OnnxModelBuilder("lookup");
            string ids = onnx.Ids(feature, vocabulary);
            string vectors = onnx.Lookup(table, onnx.Row(ids, table.Index, table.Modulus));
            onnx.Output(onnx.Pool(vectors, ids, feature), "y", OnnxType.Float, "batch", table.Width);
            onnx.Save(folder["m.onnx"]);
            using OnnxSession session = OnnxSession.Load(folder["m.onnx"]);
            return session.Run(inputs);
        }

        /// <summary>Runs a batch of values given as ids, null being a value that is not in the vocabulary.</summary>
        public (float[] Values, long[] Shape) Run(int?[][] values)
        {
            int longest = Feature.IsBag ? values.Max(bag => bag.Length) : 1;
            int?[] ids = [.. values.SelectMany(bag => bag.Concat(Enumerable.Repeat<int?>(-1, longest - bag.Length)))];
            long[] shape = Feature.IsBag ? [values.Length, longest] : [values.Length];
            long Integer(int? id) => id switch { null => 1_000_000, -1 => -1, int i => _keys == "fixed" ? i : Integers[i] };
            string Text(int? id) => id switch { null => "nobody", -1 => "", int i => Texts[i] };
            var inputs = new List<OnnxTensor>
            {
                _keys == "text" ? OnnxTensor.From("F", [.. ids.Select(Text)], shape) : OnnxTensor.From("F", [.. ids.Select(Integer)], shape),
            };
            if (Feature.OutOfVocabulary == OutOfVocabulary.HashedBucket)
            {
                inputs.Add(OnnxTensor.From("F_bucket", [.. ids.Select(_ => (long)Bucket)], shape));
            }

            return Score(Feature, _vocabulary, _table, [.. inputs]);
        }

        /// <summary>The reference.</summary>
        public float[] Expected(int?[] bag)
        {
            var sum = new float[Width];
            int known = 0;
            foreach (int? value in bag)
            {
                long? id = value ?? Feature.OutOfVocabulary switch
                {
                    OutOfVocabulary.SharedRow => 4,
                    OutOfVocabulary.HashedBucket => 4 + Bucket,
                    _ => (long?)null,
                };
                if (id is null)
                {
                    continue;
                }

                known++;
                long row = _table.Index switch { RowIndex.Quotient => id.Value / 3, RowIndex.Remainder => id.Value % 3, _ => id.Value };
                var vector = new float[Width];
                _table.Decode(row, vector);
                sum = [.. sum.Zip(vector, (a, b) => a + b)];
            }

            return Feature.Pooling == Pooling.Mean && known > 0 ? [.. sum.Select(v => v / known)] : sum;
        }
    }
}
