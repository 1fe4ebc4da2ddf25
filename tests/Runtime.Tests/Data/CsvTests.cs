using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Runtime.Tests.Data;

[TestClass]
public sealed class CsvTests
{
    private const string Header = "Clicked,age_years,City,Item,Tags,History\n";

    [TestMethod]
    public void Columns_hold_raw_values_and_keys_in_order_of_first_appearance()
    {
        DataSet<Visit> data = Read(Header + "1,30.5,Ulm,7,a|b||a,3 4\n0,-2,Bonn,5,,\n1,1e3,Ulm,7,c,4\n");

        Assert.AreEqual(3, data.Count);
        CollectionAssert.AreEqual(new[] { 1f, 0f, 1f }, data.Labels);
        CollectionAssert.AreEqual(new[] { 30.5f, -2f, 1000f }, data.Numerics[0]);
        CollectionAssert.AreEqual(new[] { "Ulm", "Bonn" }, data.Categoricals[0].TextKeys);
        CollectionAssert.AreEqual(new[] { 0, 1, 0 }, data.Categoricals[0].Codes);
        Assert.IsNull(data.Categoricals[0].Offsets);
        CollectionAssert.AreEqual(new[] { 7L, 5L }, data.Categoricals[1].IntegerKeys);
        CollectionAssert.AreEqual(new[] { 0, 1, 0, 2 }, data.Categoricals[2].Codes);
        CollectionAssert.AreEqual(new[] { 0, 3, 3, 4 }, data.Categoricals[2].Offsets);
        CollectionAssert.AreEqual(new[] { 3L, 4L }, data.Categoricals[3].IntegerKeys);
        CollectionAssert.AreEqual(new[] { 0, 2, 2, 3 }, data.Categoricals[3].Offsets);
    }

    [TestMethod]
    public void Columns_are_found_in_any_order_and_case_and_the_rest_is_reported()
    {
        DataSet<Visit> data = Read("note,HISTORY,tags,item,city,AGE_YEARS,clicked,id\nx,1,t,2,Ulm,3,1,9\n");

        CollectionAssert.AreEqual(new[] { "note", "id" }, data.IgnoredColumns.ToArray());
        CollectionAssert.AreEqual(new[] { 3f }, data.Numerics[0]);
        CollectionAssert.AreEqual(new[] { 2L }, data.Categoricals[1].IntegerKeys);
    }

    [TestMethod]
    public void Bools_are_accepted_as_words_and_digits_in_any_case()
    {
        DataSet<Visit> data = Read(Header + "TRUE,1,Ulm,True,,\nfalse,1,Ulm,FALSE,,\n1,1,Ulm,1,,\n");

        CollectionAssert.AreEqual(new[] { 1f, 0f, 1f }, data.Labels);
        CollectionAssert.AreEqual(new[] { 1L, 0L }, data.Categoricals[1].IntegerKeys);
        CollectionAssert.AreEqual(new[] { 0, 1, 0 }, data.Categoricals[1].Codes);
    }

    [TestMethod]
    public void Quoted_fields_keep_separators_quotes_line_breaks_and_other_scripts()
    {
        DataSet<Visit> data = Read(Header + "1,1,\"a,\"\"b\"\"\nc\",1,,\n1,1,\u6771\u4EAC\U0001F600,1,,\n0,2,Ulm,1,,\n");

        CollectionAssert.AreEqual(new[] { "a,\"b\"\nc", "\u6771\u4EAC\U0001F600", "Ulm" }, data.Categoricals[0].TextKeys);
    }

    [TestMethod]
    [DataRow("visits.tsv", '\t')]
    [DataRow("visits.tsv.gz", '\t')]
    [DataRow("visits.csv.gz", ',')]
    [DataRow("visits.txt", ',')]
    public void Separator_and_compression_follow_the_extension(string name, char separator)
    {
        string content = (Header + "1,2,Ulm,3,a,4\n").Replace(',', separator);
        Schemas.WithFile(name, content, path =>
        {
            DataSet<Visit> data = DataSet<Visit>.ReadCsv(path);
            CollectionAssert.AreEqual(new[] { "Ulm" }, data.Categoricals[0].TextKeys);
            Assert.AreEqual(name, data.Source);
        });
    }

    [TestMethod]
    public void Separator_can_be_set_and_quotes_be_taken_literally()
    {
        DataSet<Visit> data = Read(Header.Replace(',', ';') + "1;2;5\" disk;3;a;4\n", new CsvOptions { Separator = ';', Quotes = false });

        CollectionAssert.AreEqual(new[] { "5\" disk" }, data.Categoricals[0].TextKeys);
    }

    [TestMethod]
    public void Where_filters_rows_before_they_are_parsed()
    {
        List<long> numbers = [];
        DataSet<Visit> data = Read(
            Header + "1,1,Ulm,1,,\nbad,bad,Bonn,bad,,\n\n0,2,Ulm,1,,\n",
            new CsvOptions
            {
                Where = row =>
                {
                    numbers.Add(row.Number);
                    return row["CITY"] == "Ulm";
                },
            });

        Assert.AreEqual(2, data.Count);
        CollectionAssert.AreEqual(new[] { 0L, 1L, 2L }, numbers);
    }

    [TestMethod]
    public void Where_on_a_missing_column_and_a_filter_that_leaves_nothing_are_named()
    {
        ColumnException missing = Assert.ThrowsExactly<ColumnException>(() =>
            Read(Header + "1,1,Ulm,1,,\n", new CsvOptions { Where = row => row["day"] == "1" }));
        StringAssert.Contains(missing.Message, "column 'day', needed for the Where filter, is missing");

        DataSetException none = Assert.ThrowsExactly<DataSetException>(() =>
            Read(Header + "1,1,Ulm,1,,\n1,1,Ulm,1,,\n", new CsvOptions { Where = _ => false }));
        StringAssert.Contains(none.Message, "visits.csv: the Where filter left none of 2 rows.");
    }

    [TestMethod]
    [DataRow("1,abc,Ulm,1,,", "column 'age_years': 'abc' is not a number", "age_years")]
    [DataRow("1,,Ulm,1,,", "column 'age_years': the field is empty where a number is needed", "age_years")]
    [DataRow("1,NaN,Ulm,1,,", "column 'age_years': 'NaN' is not a finite 32-bit number", "age_years")]
    [DataRow("1,1e99,Ulm,1,,", "column 'age_years': '1e99' is not a finite 32-bit number", "age_years")]
    [DataRow("2,1,Ulm,1,,", "column 'Clicked': the label is 2, but binary cross-entropy needs 0 or 1", "Clicked")]
    [DataRow("NaN,1,Ulm,1,,", "column 'Clicked': the label is NaN; labels must be finite", "Clicked")]
    [DataRow("yes,1,Ulm,1,,", "column 'Clicked': 'yes' is not a number, true or false", "Clicked")]
    [DataRow("1,1,Ulm,-4,,", "column 'Item': the key of Item is -4; negative ids are refused. Use text keys, or add an offset", "Item")]
    [DataRow("1,1,Ulm,x9,,", "column 'Item': 'x9' is not a 64-bit integer", "Item")]
    [DataRow("1,1,Ulm,,,", "column 'Item': the field is empty where an integer key is needed", "Item")]
    [DataRow("1,1,Ulm,1,,3 q", "column 'History': 'q' is not a 64-bit integer", "History")]
    [DataRow("1,1,Ulm,1,,3 -1", "column 'History': the key of History is -1; negative ids are refused", "History")]
    public void A_bad_value_is_named_with_its_line_column_and_text(string line, string expected, string column)
    {
        // The bad row is on line 5: a field with a line break and an empty line come before it.
        InvalidValueException e = Assert.ThrowsExactly<InvalidValueException>(() => Read(Header + "1,1,\"U\nlm\",1,,\n\n" + line + "\n"));

        StringAssert.Contains(e.Message, "visits.csv, line 5, " + expected);
        Assert.AreEqual(5, e.Row);
        Assert.AreEqual(column, e.Column);
    }

    [TestMethod]
    public void A_missing_column_is_named_with_those_available()
    {
        ColumnException e = Assert.ThrowsExactly<ColumnException>(() => Read("Clicked,Age,City\n1,2,Ulm\n"));

        StringAssert.Contains(e.Message, "visits.csv: column 'age_years', needed for the numeric input Age, is missing. Available: 'Clicked', 'Age', 'City'.");
        Assert.AreEqual("age_years", e.Column);
    }

    [TestMethod]
    public void A_wrong_separator_is_hinted_at()
    {
        ColumnException e = Assert.ThrowsExactly<ColumnException>(() => Read(Header.Replace(',', ';')));

        StringAssert.Contains(e.Message, "CsvOptions.Separator");
    }

    [TestMethod]
    public void A_duplicate_column_is_refused()
    {
        ColumnException e = Assert.ThrowsExactly<ColumnException>(() => Read("Clicked,City,x,city\n"));

        StringAssert.Contains(e.Message, "visits.csv: column 'city' appears twice (columns 2 and 4");
    }

    [TestMethod]
    public void Extra_columns_can_be_made_an_error()
    {
        ColumnException e = Assert.ThrowsExactly<ColumnException>(() =>
            Read("note,Clicked,age_years,City,Item,Tags,History\n", new CsvOptions { ExtraColumns = ColumnPolicy.Error }));

        StringAssert.Contains(e.Message, "model Visit does not use 'note'");
    }

    [TestMethod]
    [DataRow("", "visits.csv: the file is empty")]
    [DataRow(Header, "visits.csv: the file has a header but no examples")]
    [DataRow(Header + "1,1,Ulm\n", "visits.csv, line 2: ")]
    [DataRow(Header + "1,1,Ulm,1,,,\n", "visits.csv, line 2: ")]
    [DataRow(Header + "1,1,\"Ulm,1,,\n", "visits.csv, line 2: ")]
    public void An_empty_or_malformed_file_is_refused(string content, string expected)
    {
        DataSetException e = Assert.ThrowsExactly<DataSetException>(() => Read(content));

        StringAssert.StartsWith(e.Message, expected);
    }

    [TestMethod]
    public void A_file_that_is_not_gzip_or_not_there_is_refused()
    {
        Schemas.WithFile("plain.csv", Header, path =>
        {
            string renamed = path + ".gz";
            File.Move(path, renamed);
            DataSetException e = Assert.ThrowsExactly<DataSetException>(() => DataSet<Visit>.ReadCsv(renamed));
            StringAssert.Contains(e.Message, "plain.csv.gz: the file is not valid gzip data");
            Assert.ThrowsExactly<FileNotFoundException>(() => DataSet<Visit>.ReadCsv(path));
        });
    }

    [TestMethod]
    public void A_gzip_file_that_was_cut_short_is_refused_and_one_of_two_members_is_read()
    {
        string rows = string.Concat(Enumerable.Range(0, 5000).Select(i => $"1,{i % 97},Ulm{i * 7919 % 5000},{i},,\n"));
        Schemas.WithFile("visits.csv.gz", Header + rows, path =>
        {
            byte[] whole = File.ReadAllBytes(path);
            File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
            DataSetException e = Assert.ThrowsExactly<DataSetException>(() => DataSet<Visit>.ReadCsv(path));
            StringAssert.Contains(e.Message, "visits.csv.gz: the file is not valid gzip data (it ends too early)");

            Schemas.WithFile("more.gz", "1,1,Ulm,1,,\n", more => File.WriteAllBytes(path, [.. whole, .. File.ReadAllBytes(more)]));
            Assert.AreEqual(5001, DataSet<Visit>.ReadCsv(path).Count);
        });
    }

    [TestMethod]
    public void Text_that_is_not_utf8_is_refused()
    {
        Schemas.WithFile("latin.csv", Header, path =>
        {
            using (FileStream file = new(path, FileMode.Append))
            {
                file.Write([.. "1,1,K"u8, 0xF6, .. "ln,1,,\n"u8]);
            }

            InvalidValueException e = Assert.ThrowsExactly<InvalidValueException>(() => DataSet<Visit>.ReadCsv(path));
            StringAssert.Contains(e.Message, "latin.csv, line 2, column 'City'");
            StringAssert.Contains(e.Message, "not valid UTF-8");
        });
    }

    [TestMethod]
    public void Several_threads_read_what_one_reads()
    {
        string content = Large(_ => null);
        List<DataSet<Visit>> sets = [];
        foreach (int threads in new[] { 1, 2, 5 })
        {
            sets.Add(Read(content, new CsvOptions { Threads = threads }));
        }

        foreach (DataSet<Visit> data in sets)
        {
            Assert.AreEqual(60_000, data.Count);
            CollectionAssert.AreEqual(sets[0].Labels, data.Labels);
            CollectionAssert.AreEqual(sets[0].Numerics[0], data.Numerics[0]);
            for (int f = 0; f < 4; f++)
            {
                CollectionAssert.AreEqual(sets[0].Categoricals[f].TextKeys, data.Categoricals[f].TextKeys);
                CollectionAssert.AreEqual(sets[0].Categoricals[f].IntegerKeys, data.Categoricals[f].IntegerKeys);
                CollectionAssert.AreEqual(sets[0].Categoricals[f].Codes, data.Categoricals[f].Codes);
                CollectionAssert.AreEqual(sets[0].Categoricals[f].Offsets, data.Categoricals[f].Offsets);
            }
        }

        Assert.AreEqual(60_000, sets[1].Categoricals[1].IntegerKeys.Length);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Read(content, new CsvOptions { Threads = -1 }));
    }

    [TestMethod]
    [DataRow(40_000, "1,1,Ulm,x,,", 50_000, "1,y,Ulm,1,,", 40_002, "Item")]
    [DataRow(40_000, "1,y,Ulm,1,,", 50_000, "1,1,Ulm,x,,", 40_002, "age_years")]
    [DataRow(10, "1,y,Ulm,x,,x", 50_000, "1,1,Ulm,1,,x", 12, "age_years")]
    public void Several_threads_refuse_the_value_that_one_refuses(int first, string line, int second, string other, int number, string column)
    {
        string content = Large(i => i == first ? line : i == second ? other : null);
        foreach (int threads in new[] { 1, 2, 5 })
        {
            InvalidValueException e = Assert.ThrowsExactly<InvalidValueException>(() => Read(content, new CsvOptions { Threads = threads }));
            Assert.AreEqual(number, e.Row);
            Assert.AreEqual(column, e.Column);
        }

        string broken = Large(i => i == 55_000 ? "1,1,Ulm" : i == second ? other : null);
        Assert.AreEqual(second + 2, Assert.ThrowsExactly<InvalidValueException>(() => Read(broken, new CsvOptions { Threads = 2 })).Row);
    }

    [TestMethod]
    public void Reading_reports_progress_and_can_be_cancelled()
    {
        Rows progress = new();
        Read(Header + "1,1,Ulm,1,,\n0,1,Ulm,1,,\n", new CsvOptions { Progress = progress });
        CollectionAssert.AreEqual(new[] { 2L }, progress.Reports);

        Schemas.WithFile("visits.csv", Header + "1,1,Ulm,1,,\n", path =>
            Assert.ThrowsExactly<OperationCanceledException>(() => DataSet<Visit>.ReadCsv(path, null, new CancellationToken(canceled: true))));
    }

    // More than a megabyte, with keys past those that are looked up directly and numbers of every form.
    private static string Large(Func<int, string?> line)
    {
        StringBuilder text = new(Header);
        for (int i = 0; i < 60_000; i++)
        {
            text.Append(line(i) ?? string.Create(CultureInfo.InvariantCulture, $"{i & 1}, {i / 7.0},City {i % 977}, {(i * 2654435761L) % 1_000_000_007},a{i % 3}|b{i % 11},{i % 13} {i % 400_000}")).Append('\n');
        }

        return text.ToString();
    }

    private static DataSet<Visit> Read(string content, CsvOptions? options = null)
    {
        DataSet<Visit>? data = null;
        Schemas.WithFile("visits.csv", content, path => data = DataSet<Visit>.ReadCsv(path, options));
        return data!;
    }

    private sealed class Rows : IProgress<long>
    {
        public List<long> Reports { get; } = [];

        public void Report(long value) => Reports.Add(value);
    }
}
