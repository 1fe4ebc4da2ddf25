using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public sealed class SafeTensorsTests
{
    [TestMethod]
    public void Every_element_type_survives_a_round_trip()
    {
        using var folder = new TemporaryFolder();
        var writer = new SafeTensorsWriter();
        writer.Metadata("format", "test \"quoted\" ü");
        writer.Add("f32", [1.5f, float.NaN, -0f], 3);
        writer.Add("f64", [Math.PI, double.MinValue], 1, 2);
        writer.Add("i8", (sbyte[])[-128, 127, 0], 3, 1);
        writer.Add("u8", (byte[])[255], 1);
        writer.Add("i32", [int.MinValue, 5], 2);
        writer.Add("i64", [long.MaxValue]);
        writer.Add("u64", (ulong[])[ulong.MaxValue], 1);
        writer.Add("empty", Array.Empty<float>(), 0, 7);
        long bytes = writer.Save(folder["t.safetensors"]);

        Assert.AreEqual(new FileInfo(folder["t.safetensors"]).Length, bytes);
        using SafeTensorsReader reader = SafeTensorsReader.Open(folder["t.safetensors"]);
        Assert.AreEqual("test \"quoted\" ü", reader.Metadata["format"]);
        CollectionAssert.AreEqual((float[])[1.5f, float.NaN, -0f], reader.ReadArray<float>("f32"));
        CollectionAssert.AreEqual((double[])[Math.PI, double.MinValue], reader.ReadArray<double>("f64"));
        CollectionAssert.AreEqual((sbyte[])[-128, 127, 0], reader.ReadArray<sbyte>("i8"));
        CollectionAssert.AreEqual((byte[])[255], reader.ReadArray<byte>("u8"));
        CollectionAssert.AreEqual((int[])[int.MinValue, 5], reader.ReadArray<int>("i32"));
        CollectionAssert.AreEqual((long[])[long.MaxValue], reader.ReadArray<long>("i64"));
        CollectionAssert.AreEqual((ulong[])[ulong.MaxValue], reader.ReadArray<ulong>("u64"));
        Assert.AreEqual("F32 [0, 7]", reader.Find("empty").Describe());
        Assert.AreEqual("I64 []", reader.Find("i64").Describe());
        Assert.IsFalse(reader.Contains("other"));
    }

    [TestMethod]
    public void The_same_content_gives_the_same_bytes_and_aligned_tensors()
    {
        static byte[] Write()
        {
            var writer = new SafeTensorsWriter();
            writer.Metadata("b", "2");
            writer.Metadata("a", "1");
            writer.Add("bytes", (byte[])[1, 2, 3], 3);
            writer.Add("floats", [1f, 2f, 3f], 3);
            writer.Add("longs", [9L], 1);
            var stream = new MemoryStream();
            writer.WriteTo(stream);
            return stream.ToArray();
        }

        byte[] bytes = Write();
        CollectionAssert.AreEqual(bytes, Write());
        long header = BitConverter.ToInt64(bytes);
        Assert.AreEqual(0, (8 + header) % SafeTensorsWriter.Alignment);
        string json = Encoding.UTF8.GetString(bytes, 8, (int)header);
        StringAssert.StartsWith(
            json,
            """{"__metadata__":{"b":"2","a":"1"},"longs":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"floats":{"dtype":"F32","shape":[3],"data_offsets":[8,20]},"bytes":{"dtype":"U8","shape":[3],"data_offsets":[20,23]}}""");
    }

    [TestMethod]
    public void Padding_between_rows_is_left_out_and_put_back()
    {
        using var folder = new TemporaryFolder();
        NativeFloats padded = ArtifactModels.Random(4 * 16 + 5, 1);
        var writer = new SafeTensorsWriter();
        writer.Add("m", padded, offset: 5, rows: 4, columns: 3, stride: 16);
        writer.Save(folder["m"]);

        using SafeTensorsReader reader = SafeTensorsReader.Open(folder["m"]);
        float[] flat = reader.ReadArray<float>("m");
        var back = new NativeFloats(2 + 4 * 8);
        reader.Read("m", back, offset: 2, rows: 4, columns: 3, stride: 8);
        for (int row = 0; row < 4; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                Assert.AreEqual(padded.At(5 + row * 16 + column), flat[row * 3 + column]);
                Assert.AreEqual(padded.At(5 + row * 16 + column), back.At(2 + row * 8 + column));
            }

            Assert.AreEqual(0, back.At(2 + row * 8 + 3));
        }
    }

    [TestMethod]
    public void Tensors_larger_than_one_piece_are_read_in_pieces()
    {
        using var folder = new TemporaryFolder();
        const int Count = 2_500_001;
        NativeFloats values = ArtifactModels.Random(Count, 3);
        var bytes = new sbyte[Count * 2 + 1];
        new Random(4).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(bytes.AsSpan()));
        var writer = new SafeTensorsWriter();
        writer.Add("floats", values, 0, Count, 1, 1);
        writer.Add("codes", bytes, bytes.Length);
        writer.Save(folder["t"]);

        using SafeTensorsReader reader = SafeTensorsReader.Open(folder["t"]);
        NativeFloats floats = reader.ReadNative("floats");
        NativeFloats codes = reader.ReadBytesNative("codes", SafeTensorType.I8);
        Assert.IsTrue(values.Span(0, Count).SequenceEqual(floats.Span(0, Count)));
        Assert.IsTrue(bytes.AsSpan().SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.Cast<float, sbyte>(codes.Span(0, (int)codes.Length))[..bytes.Length]));
    }

    [TestMethod]
    public void A_tensor_of_another_name_type_or_shape_is_refused()
    {
        using var folder = new TemporaryFolder();
        var writer = new SafeTensorsWriter();
        writer.Add("t", [1f, 2f], 1, 2);
        writer.Save(folder["t"]);
        using SafeTensorsReader reader = SafeTensorsReader.Open(folder["t"]);

        void Refused(Action act, string message) => StringAssert.Contains(Assert.ThrowsExactly<CheckpointFormatException>(act).Message, message);
        Refused(() => reader.Find("x"), "The tensor 'x' is missing");
        Refused(() => reader.ReadArray<int>("t"), "'t' is F32 [1, 2], expected I32");
        Refused(() => reader.Require("t", SafeTensorType.F32, 2, -1), "expected F32 [2, any]");
        Refused(() => reader.Read("t", new float[3].AsSpan()), "has 2 elements, expected 3");
        Refused(() => reader.Find("x"), folder["t"]);
    }

    [TestMethod]
    public void The_writer_refuses_wrong_shapes_and_repeated_names()
    {
        var writer = new SafeTensorsWriter();
        writer.Add("t", [1f], 1);
        Assert.ThrowsExactly<ArgumentException>(() => writer.Add("t", [1f], 1));
        Assert.ThrowsExactly<ArgumentException>(() => writer.Add("__metadata__", [1f], 1));
        Assert.ThrowsExactly<ArgumentException>(() => writer.Add("u", [1f], 2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => writer.Add("u", new NativeFloats(10), 0, 4, 2, 3));
        writer.Metadata("k", "v");
        Assert.ThrowsExactly<ArgumentException>(() => writer.Metadata("k", "v"));
    }

    [TestMethod]
    [DynamicData(nameof(DamagedHeaders))]
    public void A_damaged_header_is_refused(string header, int dataBytes, string problem)
    {
        using var folder = new TemporaryFolder();
        byte[] json = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(folder["x"], [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[dataBytes]]);
        var error = Assert.ThrowsExactly<CheckpointFormatException>(() => SafeTensorsReader.Open(folder["x"]).Dispose());
        StringAssert.Contains(error.Message, problem);
        Assert.AreEqual(folder["x"], error.Path);
    }

    public static IEnumerable<object[]> DamagedHeaders()
    {
        static string T(string type, string shape, string offsets) =>
            "{\"t\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
        yield return [T("F32", "[2]", "[0,8]"), 4, "which has 4 bytes; the file is cut off"];
        yield return [T("F32", "[2]", "[0,8]"), 12, "4 bytes at the end of the file belong to no tensor"];
        yield return [T("F32", "[2]", "[8,0]"), 8, "should lie in bytes [8, 0)"];
        yield return [T("F32", "[2]", "[-8,0]"), 8, "holds -8"];
        yield return [T("F32", "[2]", "[0,9223372036854775807]"), 8, "should lie in bytes"];
        yield return [T("F32", "[2]", "[4,12]"), 12, "leaves a gap before it"];
        yield return [T("F32", "[3]", "[0,8]"), 8, "F32 [3], but 8 bytes are given"];
        yield return [T("F32", "[4611686018427387904,4611686018427387904]", "[0,8]"), 8, "but 8 bytes are given"];
        yield return [T("F32", "[1.5]", "[0,8]"), 8, "holds 1.5"];
        yield return [T("BF16", "[4]", "[0,8]"), 8, "dtype BF16"];
        yield return [T("F32", "[2]", "[0]"), 8, "lacks its dtype"];
        yield return [T("F32", "2", "[0,8]"), 8, "shape of tensor 't' is not an array"];
        yield return ["""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"evil":1}}""", 8, "unknown or repeated entry 'evil'"];
        yield return ["""{"t":7}""", 0, "not described by a JSON object"];
        yield return ["""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6, "overlaps the tensor before it"];
        yield return ["""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "'a' is described twice"];
        yield return ["""{"__metadata__":{"k":1}}""", 0, "entry 'k' is not a text"];
        yield return ["""{"__metadata__":[]}""", 0, "must be one map"];
        yield return ["""{"t":""", 0, "not valid JSON"];
        yield return ["""{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "not valid JSON"];
        yield return ["""["a"]""", 0, "does not begin with '{'"];
    }

    [TestMethod]
    public void Truncated_and_foreign_files_are_refused()
    {
        using var folder = new TemporaryFolder();
        void Refused(byte[] content, string problem)
        {
            File.WriteAllBytes(folder["x"], content);
            StringAssert.Contains(Assert.ThrowsExactly<CheckpointFormatException>(() => SafeTensorsReader.Open(folder["x"])).Message, problem);
        }

        Refused([], "has 0 bytes");
        Refused([1, 2, 3], "has 3 bytes");
        Refused(Encoding.ASCII.GetBytes("PK\u0003\u0004 this is an archive, not a model"), "this is not a safetensors file");
        Refused([200, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}'], "The header should have 200 bytes");
        Refused([.. Enumerable.Repeat((byte)255, 20)], "this is not a safetensors file");

        // A sound file cut at any place is refused, never read as something shorter.
        var writer = new SafeTensorsWriter();
        writer.Add("t", [1f, 2f, 3f], 3);
        var stream = new MemoryStream();
        writer.WriteTo(stream);
        byte[] whole = stream.ToArray();
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder["x"], whole[..length]);
            Assert.ThrowsExactly<CheckpointFormatException>(() => SafeTensorsReader.Open(folder["x"]));
        }
    }
}
