using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Incremental;

/// <summary>Specs are plain data, equal exactly when the models mean the same.</summary>
[TestClass]
public sealed class SpecTests
{
    [TestMethod]
    public void The_same_source_twice_gives_equal_specs()
    {
        ModelSpec first = Driver.Spec(Sources.Fm), second = Driver.Spec(Sources.Fm);
        Assert.AreNotSame(first, second);
        Assert.AreEqual(first, second);
        Assert.AreEqual(first.GetHashCode(), second.GetHashCode());
    }

    [TestMethod]
    [DataRow("[EmbeddingModel, Dlrm(Bottom = [8, 4], Top = [8]), Adagrad(LearningRate = 0.05f)]", "[Adagrad(LearningRate = 0.05f)] [Dlrm(Top = new[] { 8 }, Bottom = new int[] { 4 + 4, 2 * 2 })] [EmbeddingModel()]")]
    [DataRow("MultiLayer(Dimension = 4, Inner = 16)", "MultiLayerAttribute(Inner = 0x10, Dimension = 4, Sigma = 0.25f)")]
    [DataRow("Adagrad(LearningRate = 0.05f)", "Adagrad(LearningRate = 0.05f, TableLearningRate = 0.05f, Epsilon = 1e-10f)")]
    [DataRow("[Categorical] public List<string> Tags { get; set; } = [];", "[Categorical(Pooling = Pooling.Mean, Column = \"Tags\", MinCount = 1)] public global::System.Collections.Generic.List<string?>? Tags { private set; get; }")]
    [DataRow("public partial class Click", "/// <summary>Words.</summary>\n    internal  sealed\n partial class Click : object")]
    [DataRow("[Label] public bool Clicked { get; set; }", "#region x\n[global::ModelGen.Label]\n\npublic bool Clicked => true;\n#endregion\n")]
    [DataRow("namespace Sample;", "using static System.Math; namespace Sample;")]
    public void A_source_that_means_the_same_gives_an_equal_spec(string part, string equivalent)
    {
        Assert.Contains(part, Sources.Dlrm);
        Assert.AreEqual(Driver.Spec(Sources.Dlrm), Driver.Spec(Sources.Dlrm.Replace(part, equivalent)));
    }

    [TestMethod]
    public void No_optimiser_means_the_same_as_the_default_one() =>
        Assert.AreEqual(Driver.Spec(Sources.Dlrm.Replace(", Adagrad(LearningRate = 0.05f)", "")), Driver.Spec(Sources.Dlrm.Replace("Adagrad(LearningRate = 0.05f)", "Adagrad")));

    [TestMethod]
    [DataRow("namespace Sample", "namespace Other")]
    [DataRow("class Click", "class Clicks")]
    [DataRow("class Click", "record Click")]
    [DataRow("[EmbeddingModel", "[EmbeddingModel(Loss = Loss.MeanSquaredError)")]
    [DataRow("Bottom = [8, 4]", "Bottom = [16, 4]")]
    [DataRow("Top = [8]", "Top = []")]
    [DataRow("Adagrad(", "Sgd(")]
    [DataRow("0.05f", "0.06f")]
    [DataRow("0.05f", "0.05f, TowerLearningRate = 1")]
    [DataRow("Inner = 16", "Inner = 17")]
    [DataRow("Inner = 16", "Inner = 16, Sigma = 0.5f")]
    [DataRow("bool Clicked", "int Clicked")]
    [DataRow("Transform.Log1p", "Transform.Standardize")]
    [DataRow("[Numeric] public int Age", "[Numeric(Column = \"years\")] public int Age")]
    [DataRow("[Numeric] public int Age", "[Numeric] public long Age")]
    [DataRow("OutOfVocabulary.SharedRow", "OutOfVocabulary.Zero")]
    [DataRow("string User", "long User")]
    [DataRow("List<string> Tags", "string[] Tags")]
    [DataRow("[Categorical] public List", "[Categorical(Pooling = Pooling.Sum)] public List")]
    [DataRow("[Categorical] public List", "[Categorical(Separator = ',')] public List")]
    [DataRow("[Categorical] public List", "[Categorical(MinCount = 2)] public List")]
    [DataRow("[Categorical] public List", "[Categorical(Buckets = 2)] public List")]
    [DataRow("[Categorical] public List", "[Categorical, Hashed(Dimension = 4, Rows = 9)] public List")]
    [DataRow("[Categorical] public List", "[Categorical, Quantized(Dimension = 4, Parts = 2)] public List")]
    public void A_source_that_means_something_else_gives_another_spec(string part, string other)
    {
        Assert.Contains(part, Sources.Dlrm);
        Assert.AreNotEqual(Driver.Spec(Sources.Dlrm), Driver.Spec(Sources.Dlrm.Replace(part, other)));
    }

    [TestMethod]
    public void Features_in_another_order_are_another_model()
    {
        const string Price = "[Numeric(Transform = Transform.Log1p)] public float Price { get; set; }", Age = "[Numeric] public int Age { get; set; }";
        Assert.AreNotEqual(Driver.Spec(Sources.Dlrm), Driver.Spec(Sources.Dlrm.Replace(Price, "#").Replace(Age, Price).Replace("#", Age)));
    }

    [TestMethod]
    public void Every_type_of_the_spec_namespace_is_a_sealed_record_or_an_enum_of_plain_values()
    {
        Type[] types = [.. typeof(ModelSpec).Assembly.GetTypes().Where(t => t.Namespace == typeof(ModelSpec).Namespace && !t.IsNested)];
        Assert.IsGreaterThan(10, types.Length);
        foreach (Type type in types.Where(t => !t.IsEnum))
        {
            Assert.IsTrue(type.IsSealed && type.GetMethod("<Clone>$") is not null, $"{type.Name} is not a sealed record");
            Assert.IsTrue(typeof(IEquatable<>).MakeGenericType(type).IsAssignableFrom(type), $"{type.Name} is not equatable");
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                Assert.IsTrue(field.IsInitOnly, $"{type.Name}.{field.Name} can be changed");
                Assert.IsTrue(IsPlain(field.FieldType), $"{type.Name}.{field.Name} is a {field.FieldType}");
            }

            Assert.IsTrue(
                type.GetProperties().All(p => p.SetMethod is null || p.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit")),
                $"{type.Name} has a property that can be set");
        }

        static bool IsPlain(Type type) => type.IsPrimitive || type == typeof(string) || type.IsEnum
            || type.Namespace == typeof(ModelSpec).Namespace
            || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableArray<>) && IsPlain(type.GetGenericArguments()[0]));
    }

    [TestMethod]
    public void An_equatable_array_compares_by_value_and_treats_default_as_empty()
    {
        Assert.AreEqual(new EquatableArray<int>([1, 2]), new EquatableArray<int>(new List<int> { 1, 2 }));
        Assert.AreNotEqual(new EquatableArray<int>([1, 2]), new EquatableArray<int>([2, 1]));
        Assert.AreNotEqual(new EquatableArray<int>([1]), new EquatableArray<int>([1, 1]));
        Assert.AreEqual(default(EquatableArray<int>), new EquatableArray<int>([]));
        Assert.AreEqual(default(EquatableArray<int>).GetHashCode(), new EquatableArray<int>([]).GetHashCode());
        Assert.IsEmpty(default(EquatableArray<int>));
    }

    [TestMethod]
    public void An_equatable_array_keeps_a_copy_of_what_it_was_made_of()
    {
        int[] source = [1, 2];
        var array = new EquatableArray<int>(source);
        source[0] = 9;
        Assert.AreEqual(1, array[0]);
    }
}
