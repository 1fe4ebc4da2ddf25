using System.Linq;
using Microsoft.Data.Sqlite;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Runtime.Tests.Data;

[TestClass]
public sealed class DataReaderTests
{
    private const string Select = "SELECT clicked, age_years, city, item, tags, history, rowid AS id FROM visits ORDER BY rowid";

    [ClassInitialize]
    public static void Start(TestContext context) => SQLitePCL.Batteries_V2.Init();

    [TestMethod]
    public void Rows_of_a_query_become_columns()
    {
        DataSet<Visit> data = Read("(1, 30.5, 'Ulm', 7, 'a|b||a', '3 4'), (0, 2, NULL, 5, NULL, ''), (1, 3, 12, 7, 'b', '4')");

        CollectionAssert.AreEqual(new[] { 1f, 0f, 1f }, data.Labels);
        CollectionAssert.AreEqual(new[] { 30.5f, 2f, 3f }, data.Numerics[0]);
        CollectionAssert.AreEqual(new[] { "Ulm", "", "12" }, data.Categoricals[0].TextKeys);
        CollectionAssert.AreEqual(new[] { 7L, 5L }, data.Categoricals[1].IntegerKeys);
        CollectionAssert.AreEqual(new[] { 0, 1, 0, 1 }, data.Categoricals[2].Codes);
        CollectionAssert.AreEqual(new[] { 0, 3, 3, 4 }, data.Categoricals[2].Offsets);
        CollectionAssert.AreEqual(new[] { 0, 2, 2, 3 }, data.Categoricals[3].Offsets);
        CollectionAssert.AreEqual(new[] { "id" }, data.IgnoredColumns.ToArray());
    }

    [TestMethod]
    [DataRow("(1, NULL, 'Ulm', 1, '', '')", "column 'age_years': the value is null where a number is needed")]
    [DataRow("(1, 'abc', 'Ulm', 1, '', '')", "column 'age_years': 'abc' (String) is not a number")]
    [DataRow("(3, 1, 'Ulm', 1, '', '')", "column 'Clicked': the label is 3")]
    [DataRow("(1, 1, 'Ulm', NULL, '', '')", "column 'Item': the value is null where an integer key is needed")]
    [DataRow("(1, 1, 'Ulm', 1.5, '', '')", "column 'Item': '1.5' is not a 64-bit integer")]
    [DataRow("(1, 1, 'Ulm', -1, '', '')", "column 'Item': the key of Item is -1; negative ids are refused")]
    [DataRow("(1, 1, 'Ulm', 1, x'00', '')", "column 'Tags': the value is binary data")]
    public void A_bad_value_is_named_with_its_row_and_column(string row, string expected)
    {
        InvalidValueException e = Assert.ThrowsExactly<InvalidValueException>(() => Read("(1, 1, 'Ulm', 1, '', ''), " + row));

        StringAssert.Contains(e.Message, "data reader, row 2, " + expected);
    }

    [TestMethod]
    public void A_query_without_rows_or_with_a_missing_or_doubled_column_is_refused()
    {
        DataSetException empty = Assert.ThrowsExactly<DataSetException>(() => Read("(1, 1, 'Ulm', 1, '', '')", Select.Replace("ORDER", "WHERE 0 ORDER")));
        StringAssert.Contains(empty.Message, "the query returned no rows");
        ColumnException missing = Assert.ThrowsExactly<ColumnException>(() => Read("(1, 1, 'Ulm', 1, '', '')", "SELECT clicked FROM visits"));
        StringAssert.Contains(missing.Message, "Available: 'clicked'");
        ColumnException doubled = Assert.ThrowsExactly<ColumnException>(() => Read("(1, 1, 'Ulm', 1, '', '')", "SELECT city, item AS City FROM visits"));
        StringAssert.Contains(doubled.Message, "appears twice");
    }

    private static DataSet<Visit> Read(string rows, string query = Select)
    {
        using SqliteConnection connection = new("Data Source=:memory:");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE visits (clicked, age_years, city, item, tags, history); INSERT INTO visits VALUES " + rows;
        command.ExecuteNonQuery();
        command.CommandText = query;
        using SqliteDataReader reader = command.ExecuteReader();
        return DataSet<Visit>.Read(reader);
    }
}
