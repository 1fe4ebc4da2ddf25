using System;
using System.Data;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Runtime.Tests.Data;

namespace ModelGen.Runtime.Tests.Recommendation;

[TestClass]
public sealed class TimestampTests
{
    [TestMethod]
    public void A_file_has_its_timestamps_as_a_column_that_is_no_input() => Schemas.WithFile("pairs.csv", "item,TIME,user\n7, 30,1\n8,-5,1\n", path =>
    {
        DataSet<Pair> data = DataSet<Pair>.ReadCsv(path);

        CollectionAssert.AreEqual(new long[] { 30, -5 }, data.Timestamps);
        CollectionAssert.AreEqual(new float[] { 1, 1 }, data.Labels);
        Assert.IsEmpty(data.Numerics);
        CollectionAssert.AreEqual(new long[] { -5, 30, 30 }, data.Select([1, 0, 0]).Timestamps);
    });

    [TestMethod]
    [DataRow("x", "'x' is not a 64-bit integer")]
    [DataRow("", "the field is empty where a 64-bit integer is needed")]
    public void A_bad_timestamp_is_named_with_its_line(string text, string expected) => Schemas.WithFile("pairs.csv", $"item,time,user\n7,30,1\n8,{text},1\n", path =>
        StringAssert.Contains(Assert.ThrowsExactly<InvalidValueException>(() => DataSet<Pair>.ReadCsv(path)).Message, "line 3, column 'Time': " + expected));

    [TestMethod]
    public void Numbers_keep_their_order()
    {
        double[] values = [double.MinValue, -2.5, -1, -double.Epsilon, -0.0, 0, double.Epsilon, 1, 1.5, double.MaxValue];
        long[] timestamps = Timestamps(TimestampKind.Real, b => Array.ForEach(values, v => Add(b, () => b.AddTimestamp(v))));

        CollectionAssert.AreEqual(timestamps.Order().ToArray(), timestamps);
        Assert.AreEqual(timestamps[4], timestamps[5]);
        Assert.HasCount(values.Length - 1, timestamps.Distinct().ToArray());
        Assert.AreEqual(timestamps[7], Timestamps(TimestampKind.Real, b => Add(b, () => b.AddTimestamp(1L)))[0], "an integer is the number of its value");
        DataSetBuilder builder = new(Pair.Schema with { Timestamp = new TimestampFeature("Time", "Time", TimestampKind.Real) }, "test");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidValueException>(() => builder.AddTimestamp(double.NaN)).Message, "property 'Time': the timestamp is NaN");
    }

    [TestMethod]
    public void Dates_are_compared_in_universal_time()
    {
        DateTimeOffset noon = new(2024, 5, 31, 12, 0, 0, TimeSpan.Zero);
        long[] timestamps = Timestamps(TimestampKind.Date, b =>
        {
            Add(b, () => b.AddTimestamp(noon));
            Add(b, () => b.AddTimestamp(noon.ToOffset(TimeSpan.FromHours(5))));
            Add(b, () => b.AddTimestamp(noon.UtcDateTime));
            Add(b, () => b.AddTimestamp(noon.LocalDateTime));
            Add(b, () => b.AddTimestampText("2024-05-31T14:00:00+02:00"));
            Add(b, () => b.AddTimestampText("2024-05-31 12:00"));
        });

        Assert.IsTrue(timestamps.All(t => t == noon.UtcTicks));
    }

    [TestMethod]
    public void A_data_reader_gives_integers_and_names_what_is_none()
    {
        DataTable table = new();
        table.Columns.Add("User", typeof(int));
        table.Columns.Add("Item", typeof(int));
        table.Columns.Add("Time", typeof(object));
        table.Rows.Add(1, 2, 77);
        table.Rows.Add(1, 3, 88.0);
        using (DataTableReader reader = table.CreateDataReader())
        {
            CollectionAssert.AreEqual(new long[] { 77, 88 }, DataSet<Pair>.Read(reader).Timestamps);
        }

        table.Rows.Add(1, 4, DateTime.UnixEpoch);
        using DataTableReader second = table.CreateDataReader();
        StringAssert.Contains(Assert.ThrowsExactly<InvalidValueException>(() => DataSet<Pair>.Read(second)).Message, "row 3, column 'Time'");
    }

    private static void Add(DataSetBuilder builder, Action timestamp)
    {
        timestamp();
        builder.AddKey(0, 1);
        builder.AddKey(1, 1);
        builder.EndExample();
    }

    private static long[] Timestamps(TimestampKind kind, Action<DataSetBuilder> add)
    {
        DataSetBuilder builder = new(Pair.Schema with { Timestamp = new TimestampFeature("Time", "Time", kind) }, "test");
        add(builder);
        return DataSet<Pair>.FromBuilder(builder).Timestamps!;
    }
}
