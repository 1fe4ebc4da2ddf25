using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using ModelGen.Samples;

namespace ModelGen.Retrieval;

/// <summary>Part of a published division of a data set.</summary>
internal enum Part
{
    Train,
    Validation,
    Test,
}

/// <summary>One pair of the data set.</summary>
/// <param name="User">Number of the user.</param>
/// <param name="Item">Number of the item.</param>
/// <param name="Part">Published part, where the data set is divided by pair.</param>
internal readonly record struct Interaction(int User, int Item, Part Part);

/// <summary>Reads the pairs of a data set: files with a heading, plain or compressed, and the published ratings.dat of MovieLens.</summary>
internal static class InteractionFile
{
    private const int LeastStars = 4;

    private static readonly Dictionary<string, (string File, string Item, string? Stars, string? Part)> s_files = new()
    {
        ["ml-1m"] = ("ratings.csv", "movie_id", "rating", null),
        ["goodbooks"] = ("ratings.csv", "book_id", "rating", null),
        ["gowalla"] = ("interactions.csv", "item_id", null, "split"),
        ["uci-msweb"] = ("visits.csv", "page_id", null, null),
        ["uci-online-retail"] = ("interactions.csv", "item_id", null, null),
    };

    /// <summary>Names of the data sets.</summary>
    public static string[] DataSets => [.. s_files.Keys];

    /// <summary>Whether a data set is divided by pair into training, validation and test.</summary>
    public static bool IsDivided(string dataset) => s_files[dataset].Part is not null;

    /// <summary>All pairs in the order of the file, of rated ones those with at least four stars.</summary>
    /// <param name="dataset">One of <see cref="DataSets"/>.</param>
    /// <param name="folder">Its folder.</param>
    /// <exception cref="IOException">There is no such folder, or the file is not in it.</exception>
    /// <exception cref="InvalidDataException">A column is missing or a field is not allowed; the message names the line.</exception>
    public static List<Interaction> Read(string dataset, string folder)
    {
        (string file, string item, string? stars, string? part) = s_files[dataset];
        if (dataset == "ml-1m" && File.Exists(Path.Combine(folder, "ratings.dat")))
        {
            return ReadLines(Path.Combine(folder, "ratings.dat"), "::", _ => (0, 1, 2, -1));
        }

        string plain = Path.Combine(folder, file);
        return ReadLines(File.Exists(plain) ? plain : DataFiles.Require(folder, file + ".gz"), ",", reader =>
        {
            string[] header = (reader.ReadLine() ?? "").Split(',');
            return (Column("user_id"), Column(item), stars is null ? -1 : Column(stars), part is null ? -1 : Column(part));

            int Column(string name) => Array.IndexOf(header, name) is var index and >= 0
                ? index
                : throw new InvalidDataException($"{file} has no column {name}; it has {string.Join(", ", header)}.");
        });
    }

    /// <summary>Opens a file, uncompressing it when its name ends in .gz.</summary>
    public static StreamReader Open(string path)
    {
        FileStream file = File.OpenRead(path);
        return new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
    }

    private static List<Interaction> ReadLines(string path, string separator, Func<StreamReader, (int User, int Item, int Stars, int Part)> heading)
    {
        using StreamReader reader = Open(path);
        string name = Path.GetFileName(path);
        (int user, int item, int stars, int part) = heading(reader);
        int fieldCount = int.Max(int.Max(user, item), int.Max(stars, part)) + 1;
        List<Interaction> pairs = [];
        for (int line = separator == "," ? 2 : 1; reader.ReadLine() is { } text; line++)
        {
            string[] fields = text.Split(separator);
            if (fields.Length < fieldCount)
            {
                throw new InvalidDataException($"{name}, line {line}: there are {fields.Length} fields, at least {fieldCount} are needed.");
            }

            if (stars < 0 || Number(fields[stars], name, line) >= LeastStars)
            {
                pairs.Add(new Interaction(Number(fields[user], name, line), Number(fields[item], name, line), part < 0 ? Part.Train : PartOf(fields[part], name, line)));
            }
        }

        return pairs.Count > 0 ? pairs : throw new InvalidDataException($"{name} holds no pair{(stars < 0 ? "" : $" with a rating of {LeastStars} or more")}.");
    }

    private static Part PartOf(string text, string file, int line) => text switch
    {
        "train" => Part.Train,
        "valid" => Part.Validation,
        "test" => Part.Test,
        _ => throw new InvalidDataException($"{file}, line {line}: the part is '{text}'; it must be train, valid or test."),
    };

    private static int Number(string text, string file, int line) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new InvalidDataException($"{file}, line {line}: '{text}' is not a whole number from 0 to {int.MaxValue}.");
}
