using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Runtime.Tests.Data;

/// <summary>What is read does not depend on where a text is cut into chunks, nor on how many threads take them.</summary>
[TestClass]
public sealed class CsvChunkTests
{
    private const string Header = "Clicked,age_years,City,Item,Tags,History\n";

    [TestMethod]
    public void Chunks_of_any_size_and_several_threads_give_the_columns_or_the_error_of_one()
    {
        Random random = new(7);
        int read = 0, refused = 0;
        for (int i = 0; i < 400; i++)
        {
            string text = RandomText(random, spoiled: i % 2 == 1), expected = Describe(text, 1 << 18, 1);
            _ = expected.StartsWith("rows", StringComparison.Ordinal) ? read++ : refused++;
            foreach (int bytes in new[] { 1, 40, 300 })
            {
                Assert.AreEqual(expected, Describe(text, bytes, 1), $"text {i}, {bytes} bytes, one thread");
                Assert.AreEqual(expected, Describe(text, bytes, 3), $"text {i}, {bytes} bytes, three threads");
                Assert.AreEqual(expected, Describe(text, bytes, 3, "visits.csv.gz"), $"text {i}, {bytes} bytes, three threads, compressed");
            }
        }

        Assert.IsGreaterThan(100, read);
        Assert.IsGreaterThan(100, refused);
    }

    [TestMethod]
    public void Rows_between_empty_lines_and_line_breaks_in_quotes_move_together()
    {
        StringBuilder text = new("\uFEFF" + Header.Replace("\n", "\r\n", StringComparison.Ordinal));
        for (int i = 0; i < 300; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i & 1},{i}.5,\"U\r\nlm {i % 9}\",{i * 100_000L},a{i % 4}|é{i % 3},{i % 5} 7\r\n{(i % 6 == 0 ? "\r\n" : "")}");
        }

        Schemas.WithFile("visits.csv", text.ToString(), path =>
        {
            DataColumns columns = CsvSource.Read(path, Visit.Schema, new CsvOptions { Threads = 3 }, 64, default);
            for (int i = 0; i < 300; i++)
            {
                Assert.AreEqual(i & 1, columns.Labels[i]);
                Assert.AreEqual(i + 0.5f, columns.Numerics[0][i]);
                Assert.AreEqual($"U\r\nlm {i % 9}", columns.Categoricals[0].KeyText(columns.Categoricals[0].Codes[i]));
                Assert.AreEqual(i * 100_000L, columns.Categoricals[1].IntegerKeys[columns.Categoricals[1].Codes[i]]);
                KeyColumn tags = columns.Categoricals[2];
                CollectionAssert.AreEqual(new[] { $"a{i % 4}", $"é{i % 3}" }, tags.Codes[tags.Offsets![i]..tags.Offsets[i + 1]].Select(tags.KeyText).ToArray());
            }

            Assert.HasCount(300, columns.Labels);
        });
    }

    [TestMethod]
    public void Lines_may_end_with_a_carriage_return_alone()
    {
        string text = (Header + string.Concat(Enumerable.Range(0, 50).Select(i => $"1,{i},Ulm,{i},,\n"))).Replace('\n', '\r');

        Assert.AreEqual(Describe(text.Replace('\r', '\n'), 1 << 18, 1), Describe(text, 32, 2));
    }

    [TestMethod]
    public void A_file_in_utf16_is_refused()
    {
        Schemas.WithFile("visits.csv", "", path =>
        {
            File.WriteAllText(path, Header + "1,1,Ulm,1,,\n", Encoding.Unicode);
            StringAssert.Contains(Assert.ThrowsExactly<DataSetException>(() => DataSet<Visit>.ReadCsv(path)).Message, "visits.csv: the file is in UTF-16");
        });
    }

    [TestMethod]
    public void A_quote_that_is_never_closed_ends_the_search_at_some_length()
    {
        Schemas.WithFile("visits.csv", Header + "1,1,\"Ulm,1,,\n" + new string('x', 33 << 20), path =>
            StringAssert.StartsWith(Assert.ThrowsExactly<DataSetException>(() => DataSet<Visit>.ReadCsv(path)).Message, "visits.csv, line 2: a record has more than 16,777,216 bytes"));
    }

    [TestMethod]
    public void Malformed_quotes_are_named_with_the_line_of_their_record()
    {
        string lines = string.Concat(Enumerable.Repeat("1,1,\"U\nlm\",1,,\n\n", 40));
        foreach (int bytes in new[] { 40, 1 << 18 })
        {
            Assert.AreEqual(
                "visits.csv, line 122: the record is malformed: a quote inside an unquoted field. "
                + "Check the separator and the quoting; CsvOptions.Separator and CsvOptions.Quotes change them.",
                Describe(Header + lines + "1,1,U\"lm,1,,\n1,1,Ulm,1,,\n", bytes, 2));
        }
    }

    [TestMethod]
    public void Numbers_in_a_buffer_are_those_of_the_framework()
    {
        Random random = new(3);
        byte[] buffer = new byte[96];
        int fast = 0, whole = 0;
        for (int i = 0; i < 300_000; i++)
        {
            random.NextBytes(buffer);
            string text = RandomNumber(random);
            int at = CsvChunk.Margin + random.Next(32), length = Encoding.UTF8.GetBytes(text, buffer.AsSpan(at));
            if (FieldDigits.TryParse(buffer, buffer.AsSpan(at, length), out float value))
            {
                fast++;
                Assert.AreEqual(BitConverter.SingleToInt32Bits(float.Parse(text, CultureInfo.InvariantCulture)), BitConverter.SingleToInt32Bits(value), text);
            }
            else
            {
                Assert.IsFalse(text.Length is > 0 and < 8 && text.All(char.IsAsciiDigit), text);
            }

            bool isWhole = text.Length is > 0 and < 9 && text.All(char.IsAsciiDigit);
            Assert.AreEqual(isWhole, FieldDigits.TryParseInteger(buffer, buffer.AsSpan(at, length), out int key), text);
            if (isWhole)
            {
                whole++;
                Assert.AreEqual(int.Parse(text, CultureInfo.InvariantCulture), key);
            }
        }

        Assert.IsGreaterThan(150_000, fast);
        Assert.IsGreaterThan(10_000, whole);
        Assert.IsFalse(FieldDigits.TryParse(buffer, "1.5"u8, out _), "a field elsewhere");
        Assert.IsFalse(FieldDigits.TryParseInteger(buffer, "15"u8, out _), "a field elsewhere");
        Assert.IsFalse(FieldDigits.TryParseInteger(buffer, default, out _), "an empty field");
    }

    private static string RandomNumber(Random random)
    {
        int digits = random.Next(1, 17);
        StringBuilder text = new(random.Next(4) == 0 ? "-" : "");
        int point = random.Next(3) == 0 ? -1 : random.Next(digits + 1);
        for (int d = 0; d < digits; d++)
        {
            text.Append(d == point ? "." : "").Append((char)('0' + random.Next(10)));
        }

        return random.Next(20) switch
        {
            0 => text.Append(" :/.-eE,+"[random.Next(9)]).ToString(),
            1 => text.Insert(random.Next(text.Length), " :/.-eE,+"[random.Next(9)]).ToString(),
            2 => text.Append('.').ToString(),
            _ => text.ToString(),
        };
    }

    // Records of every kind of value; spoiled ones also have quotes, breaks and values that do not belong.
    private static string RandomText(Random random, bool spoiled)
    {
        StringBuilder text = new(Header);
        for (int record = random.Next(1, 40); record > 0; record--)
        {
            string Key() => random.Next(8) switch
            {
                0 => $"\"a{random.Next(3)}\n\"",
                1 => $"\"b,\"\"{random.Next(3)}\"\"\"",
                2 => "\"\r\n\"",
                _ => $"Ulm {random.Next(5)}",
            };
            string line = string.Create(
                CultureInfo.InvariantCulture,
                $"{random.Next(2)},{random.Next(100) / 8.0},{Key()},{random.NextInt64(1L << random.Next(1, 40))},a{random.Next(4)}|b,{random.Next(9)} {random.Next(500_000)}");
            line += random.Next(4) switch { 0 => "\r\n", 1 => "\n\n", 2 => "\r", _ => "\n" };
            if (spoiled && random.Next(12) == 0)
            {
                line = line.Insert(random.Next(line.Length), random.Next(5) switch { 0 => "\"", 1 => "\n", 2 => ",", 3 => "x", _ => "\r" });
            }

            text.Append(line);
        }

        return random.Next(3) == 0 ? text.ToString().TrimEnd('\r', '\n') : text.ToString();
    }

    private static string Describe(string text, int chunkBytes, int threads, string name = "visits.csv")
    {
        string result = "";
        Schemas.WithFile(name, text, path =>
        {
            try
            {
                result = Describe(CsvSource.Read(path, Visit.Schema, new CsvOptions { Threads = threads }, chunkBytes, default));
            }
            catch (DataSetException e)
            {
                result = e.Message.Replace(".gz", "", StringComparison.Ordinal);
            }
        });
        return result;
    }

    private static string Describe(DataColumns columns)
    {
        List<string> parts = [$"rows {columns.Labels.Length}", string.Join(' ', columns.Labels), string.Join(' ', columns.Numerics[0])];
        foreach (KeyColumn column in columns.Categoricals)
        {
            parts.Add(string.Join('/', column.TextKeys) + string.Join('/', column.IntegerKeys));
            parts.Add(string.Join(' ', column.Codes) + ";" + string.Join(' ', column.Offsets ?? []));
        }

        return string.Join('\n', parts);
    }
}
