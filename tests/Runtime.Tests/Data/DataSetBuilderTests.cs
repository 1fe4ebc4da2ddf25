using System;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Runtime.Tests.Data;

[TestClass]
public sealed class DataSetBuilderTests
{
    [TestMethod]
    [DataRow(0.5f, Loss.BinaryCrossEntropy, "property 'Label': the label is 0.5, but binary cross-entropy needs 0 or 1")]
    [DataRow(float.PositiveInfinity, Loss.MeanSquaredError, "property 'Label': the label is Infinity; labels must be finite")]
    public void A_label_that_does_not_fit_the_loss_is_refused(float label, Loss loss, string expected)
    {
        DataSetBuilder builder = new(Schemas.Create(loss, [], []), "memory");
        builder.AddLabel(1f);
        builder.EndExample();

        InvalidValueException e = Assert.ThrowsExactly<InvalidValueException>(() => builder.AddLabel(label));
        StringAssert.Contains(e.Message, "memory, example 2, " + expected);
    }

    [TestMethod]
    public void Any_finite_label_is_accepted_under_squared_error()
    {
        DataSetBuilder builder = new(Schemas.Create(Loss.MeanSquaredError, [], []), "memory");
        builder.AddLabel(-3.5f);
        builder.EndExample();

        Assert.AreEqual(-3.5f, builder.Finish([], "").Labels[0]);
    }

    [TestMethod]
    public void A_key_outside_a_fixed_cardinality_is_refused_unless_a_policy_accepts_it()
    {
        CategoricalFeature feature = Schemas.Feature("Hour", KeyKind.Integer, cardinality: 24);
        DataSetBuilder strict = new(Schemas.Create(Loss.BinaryCrossEntropy, [], [feature]), "memory");
        strict.AddKey(0, 23);
        InvalidValueException e = Assert.ThrowsExactly<InvalidValueException>(() => strict.AddKey(0, 24));
        StringAssert.Contains(e.Message, "the key of Hour is 24, outside 0 to 23 (Cardinality = 24)");

        CategoricalFeature lenient = feature with { OutOfVocabulary = OutOfVocabulary.SharedRow };
        DataSetBuilder builder = new(Schemas.Create(Loss.BinaryCrossEntropy, [], [lenient]), "memory");
        builder.AddLabel(false);
        builder.AddKey(0, 24);
        builder.EndExample();
        KeyColumn column = builder.Finish([], "").Categoricals[0];
        CollectionAssert.AreEqual(new[] { 24 }, Vocabulary.Build(lenient, column).Map(column));
        Assert.ThrowsExactly<InvalidValueException>(() => builder.AddKey(0, -1));
    }

    [TestMethod]
    public void An_example_with_a_missing_input_or_an_open_bag_is_refused()
    {
        DataSetBuilder builder = new(Schemas.Create(Loss.BinaryCrossEntropy, [], [Schemas.Feature("Tags", isBag: true)]), "memory");
        builder.AddLabel(true);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(builder.EndExample).Message, "has 2 inputs (label included), 1 were added");

        builder.BeginBag(0);
        Assert.ThrowsExactly<InvalidOperationException>(() => builder.BeginBag(0));
        builder.EndBag(0);
        Assert.ThrowsExactly<InvalidOperationException>(() => builder.EndBag(0));
        builder.EndExample();
        Assert.AreEqual(1, builder.Count);
    }

    [TestMethod]
    public void More_values_than_an_array_can_hold_are_refused()
    {
        // The limit is that of arrays; a small one stands in for it.
        DataSetBuilder builder = new(Schemas.Create(Loss.BinaryCrossEntropy, [], [Schemas.Feature("Tags", isBag: true)]), "big.csv", "line", byColumn: true, limit: 3);
        builder.AddLabel(true);
        builder.BeginBag(0);
        builder.AddToBag(0, "a");
        builder.AddToBag(0, "b");
        builder.AddToBag(0, "a");

        DataSetException e = Assert.ThrowsExactly<DataSetException>(() => builder.AddToBag(0, "c"));
        StringAssert.Contains(e.Message, "big.csv, column 'Tags': more than 3 values in one column");
    }
}
