using System;
using System.Globalization;
using System.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Runtime.Tests.Data;

[TestClass]
public sealed class DecimalTextTests
{
    [TestMethod]
    public void Plain_decimals_are_the_floats_that_the_framework_reads()
    {
        Random random = new(1);
        int read = 0;
        for (int i = 0; i < 200_000; i++)
        {
            string text = (i % 4) switch
            {
                0 => random.NextSingle().ToString("F9", CultureInfo.InvariantCulture),
                1 => (random.Next(-1_000_000, 1_000_000) * 0.5).ToString("F1", CultureInfo.InvariantCulture),
                2 => random.NextInt64(-999_999_999_999_999, 1_000_000_000_000_000).ToString(CultureInfo.InvariantCulture),
                _ => (16_777_216 + random.Next(100)).ToString(CultureInfo.InvariantCulture) + (random.Next(2) == 0 ? ".5" : ""),
            };
            if (DecimalText.TryParse(Encoding.UTF8.GetBytes(text), out float value))
            {
                read++;
                Assert.AreEqual(
                    BitConverter.SingleToInt32Bits(float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)), BitConverter.SingleToInt32Bits(value), text);
            }
        }

        Assert.IsGreaterThan(100_000, read);
    }

    [TestMethod]
    public void Plain_integers_are_those_that_the_framework_reads_and_all_else_is_left()
    {
        Random random = new(2);
        for (int i = 0; i < 100_000; i++)
        {
            long number = random.NextInt64() >> random.Next(63);
            string text = number.ToString(CultureInfo.InvariantCulture);
            bool plain = DecimalText.TryParseInteger(Encoding.UTF8.GetBytes(text), out long value);
            Assert.AreEqual(text.Length <= 18, plain, text);
            Assert.IsTrue(!plain || value == number, text);
            byte[] spoiled = Encoding.UTF8.GetBytes(text);
            spoiled[random.Next(spoiled.Length)] = (byte)"/: -.\u00ff"[random.Next(6)];
            Assert.IsFalse(DecimalText.TryParseInteger(spoiled, out _));
            if (spoiled.Length > 2 && !((ReadOnlySpan<byte>)spoiled).ContainsAny((byte)'-', (byte)'.'))
            {
                Assert.IsFalse(DecimalText.TryParse(spoiled, out _), Encoding.Latin1.GetString(spoiled));
            }
        }

        Assert.IsFalse(DecimalText.TryParseInteger([], out _));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("-")]
    [DataRow(".")]
    [DataRow("1e3")]
    [DataRow("1.2.3")]
    [DataRow("+1")]
    [DataRow(" 1")]
    [DataRow("1234567890123456")]
    [DataRow("16777217")]
    public void Every_other_form_is_left_to_the_framework(string text) => Assert.IsFalse(DecimalText.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [TestMethod]
    [DataRow("-0", int.MinValue)]
    [DataRow("0.0", 0)]
    [DataRow("1.", 0x3F800000)]
    [DataRow(".5", 0x3F000000)]
    public void Signs_and_open_points_are_kept(string text, int bits)
    {
        Assert.IsTrue(DecimalText.TryParse(Encoding.UTF8.GetBytes(text), out float value));
        Assert.AreEqual(bits, BitConverter.SingleToInt32Bits(value));
    }
}
