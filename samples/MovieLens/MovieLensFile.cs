using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using ModelGen.Samples;

namespace ModelGen.MovieLens;

/// <summary>One rating of the data set.</summary>
/// <param name="User">Number of the user.</param>
/// <param name="Movie">Number of the movie.</param>
/// <param name="Stars">1 to 5.</param>
/// <param name="Time">Orders the ratings of a user.</param>
internal readonly record struct Rating(int User, int Movie, float Stars, long Time);

/// <summary>
/// Reads MovieLens 1M or 100K. The published files are ratings.dat (fields between two colons) and u.data (fields between tabulators), both
/// without a heading; ratings.csv or ratings.csv.gz with the columns user_id, movie_id, rating and timestamp is read as well. Where
/// a column user_seq counts the ratings of a user, it orders them instead of the timestamp.
/// </summary>
internal static class MovieLensFile
{
    private static readonly (string File, string Separator)[] s_published = [("ratings.dat", "::"), ("u.data", "\t")];

    /// <summary>All ratings, in the order of the file.</summary>
    /// <param name="folder">Folder of the data set.</param>
    /// <exception cref="IOException">There is no such folder, or none of the files in it.</exception>
    /// <exception cref="InvalidDataException">A column is missing or a field is no number; the message names the line.</exception>
    public static List<Rating> Read(string folder)
    {
        foreach ((string file, string separator) in s_published)
        {
            if (File.Exists(Path.Combine(folder, file)))
            {
                return ReadLines(Path.Combine(folder, file), separator, heading: false);
            }
        }

        string plain = Path.Combine(folder, "ratings.csv");
        return ReadLines(File.Exists(plain) ? plain : DataFiles.Require(folder, "ratings.csv.gz"), ",", heading: true);
    }

    private static List<Rating> ReadLines(string path, string separator, bool heading)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using StreamReader reader = new(stream);
        string name = Path.GetFileName(path);
        (int user, int movie, int stars, int time) = heading ? Columns(name, (reader.ReadLine() ?? "").Split(separator)) : (0, 1, 2, 3);
        List<Rating> ratings = [];
        for (int line = heading ? 2 : 1; reader.ReadLine() is { } text; line++)
        {
            string[] fields = text.Split(separator);
            if (fields.Length <= time)
            {
                throw new InvalidDataException($"{name}, line {line}: there are {fields.Length} fields, at least {time + 1} are needed.");
            }

            ratings.Add(new Rating(
                (int)Number(fields[user], name, line), (int)Number(fields[movie], name, line), Number(fields[stars], name, line), Number(fields[time], name, line)));
        }

        return ratings.Count > 0 ? ratings : throw new InvalidDataException($"{name} holds no rating.");
    }

    private static (int User, int Movie, int Stars, int Time) Columns(string file, string[] header)
    {
        int order = Array.IndexOf(header, "user_seq");
        return (Column("user_id"), Column("movie_id"), Column("rating"), order >= 0 ? order : Column("timestamp"));

        int Column(string name) => Array.IndexOf(header, name) is var index and >= 0
            ? index
            : throw new InvalidDataException($"{file} has no column {name}; it has {string.Join(", ", header)}.");
    }

    private static long Number(string text, string file, int line) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= int.MaxValue
            ? number
            : throw new InvalidDataException($"{file}, line {line}: '{text}' is not a whole number from 0 to {int.MaxValue}.");
}
