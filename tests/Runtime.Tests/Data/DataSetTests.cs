using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Runtime.Tests.Data;

[TestClass]
public sealed class DataSetTests
{
    [TestMethod]
    public void Objects_become_columns_and_empty_members_of_a_bag_are_dropped()
    {
        DataSet<Visit> data = DataSet<Visit>.FromExamples(
        [
            new Visit { Clicked = true, Age = 3, City = null, Item = 1, Tags = ["x", "", null, "y", "x"], History = [5, 5] },
            new Visit { Age = 4, City = "Ulm", Item = 1 },
        ]);

        CollectionAssert.AreEqual(new[] { 1f, 0f }, data.Labels);
        CollectionAssert.AreEqual(new[] { "", "Ulm" }, data.Categoricals[0].TextKeys);
        CollectionAssert.AreEqual(new[] { 0, 1, 0 }, data.Categoricals[2].Codes);
        CollectionAssert.AreEqual(new[] { 0, 3, 3 }, data.Categoricals[2].Offsets);
        CollectionAssert.AreEqual(new[] { 0, 0 }, data.Categoricals[3].Codes);
        Assert.IsTrue(data.IgnoredColumns.IsEmpty);
    }

    [TestMethod]
    public void A_bad_object_is_named_by_its_position_and_property()
    {
        InvalidValueException value = Assert.ThrowsExactly<InvalidValueException>(() =>
            DataSet<Visit>.FromExamples([new Visit(), new Visit { Age = float.NaN }]));
        StringAssert.Contains(value.Message, "examples of Visit, example 2, property 'Age': the value is NaN; numeric inputs must be finite");

        DataSetException missing = Assert.ThrowsExactly<DataSetException>(() => DataSet<Visit>.FromExamples([new Visit(), null!]));
        StringAssert.Contains(missing.Message, "example 2: the example is null");

        DataSetException none = Assert.ThrowsExactly<DataSetException>(() => DataSet<Visit>.FromExamples([]));
        StringAssert.Contains(none.Message, "there are no examples");
    }

    [TestMethod]
    public void Bytes_count_every_column_and_every_key_once()
    {
        DataSet<Visit> data = DataSet<Visit>.FromExamples([new Visit { City = "Ulm" }, new Visit { City = "Ulm" }]);

        // Two labels and two ages; two positions each of City and Item; three offsets each of two bags; one text and one integer key.
        Assert.AreEqual((2 + 2 + 2 + 2 + 3 + 3) * 4 + (8 + 32) + 8, data.Bytes);
    }

    [TestMethod]
    public void Select_keeps_the_given_order_and_shares_the_keys()
    {
        DataSet<Visit> data = Numbered(5);
        DataSet<Visit> part = data.Select([4, 1, 4]);

        CollectionAssert.AreEqual(new[] { 4f, 1f, 4f }, part.Numerics[0]);
        CollectionAssert.AreEqual(new[] { 4, 1, 4 }, part.Categoricals[1].Codes);
        CollectionAssert.AreEqual(new[] { 0, 4, 5, 9 }, part.Categoricals[3].Offsets);
        CollectionAssert.AreEqual(new long[] { 40, 41, 42, 43, 10, 40, 41, 42, 43 }, part.Categoricals[3].Codes.Select(c => part.Categoricals[3].IntegerKeys[c]).ToArray());
        Assert.AreSame(data.Categoricals[1].IntegerKeys, part.Categoricals[1].IntegerKeys);
    }

    [TestMethod]
    public void Select_refuses_nothing_and_indices_out_of_range()
    {
        DataSet<Visit> data = Numbered(3);

        Assert.ThrowsExactly<ArgumentException>(() => data.Select([]));
        ArgumentOutOfRangeException e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => data.Select([3]));
        StringAssert.Contains(e.Message, "Example 3 is outside 0 to 2");
    }

    [TestMethod]
    public void Where_keeps_the_accepted_examples()
    {
        CollectionAssert.AreEqual(new[] { 0f, 2f, 4f }, Numbered(5).Where(i => i % 2 == 0).Numerics[0]);
    }

    [TestMethod]
    public void Split_divides_the_examples_in_order_and_by_seed()
    {
        DataSet<Visit> data = Numbered(100);
        (DataSet<Visit> first, DataSet<Visit> second) = data.Split(0.8, 5);

        Assert.AreEqual(80, first.Count);
        CollectionAssert.AreEqual(Enumerable.Range(0, 100).Select(i => (float)i).ToArray(), first.Numerics[0].Concat(second.Numerics[0]).Order().ToArray());
        CollectionAssert.AreEqual(first.Numerics[0].Order().ToArray(), first.Numerics[0]);
        CollectionAssert.AreEqual(first.Numerics[0], data.Split(0.8, 5).First.Numerics[0]);
        CollectionAssert.AreNotEqual(first.Numerics[0], data.Split(0.8, 6).First.Numerics[0]);
    }

    [TestMethod]
    public void Split_refuses_fractions_that_leave_a_part_empty()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Numbered(10).Split(1, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Numbered(10).Split(double.NaN, 0));
        Assert.ThrowsExactly<ArgumentException>(() => Numbered(3).Split(0.01, 0));
    }

    /// <summary>Example i has Age i, Item i and i visited items 10 i + 0, 1, ...</summary>
    private static DataSet<Visit> Numbered(int count)
    {
        IEnumerable<Visit> examples = Enumerable.Range(0, count).Select(i =>
            new Visit { Age = i, Item = i, City = $"c{i % 3}", History = [.. Enumerable.Range(0, i).Select(j => 10 * i + j)] });
        return DataSet<Visit>.FromExamples(examples);
    }
}
