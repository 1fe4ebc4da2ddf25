using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using CsvHelper;
using ModelGen.Compiled;
using ModelGen.Samples;

namespace ModelGen.ClickThrough;

/// <summary>MovieLens 1M in memory: the ratings, and the users and movies they are joined with.</summary>
public sealed class MovieLensRatings
{
    private readonly Dictionary<int, (string Gender, int Age, int Occupation, string Zip)> _users = [];
    private readonly Dictionary<int, string[]> _genres = [];
    private readonly Dictionary<string, List<(int User, int Movie, bool Liked)>> _ratings = new() { ["train"] = [], ["valid"] = [], ["test"] = [] };

    private MovieLensRatings()
    {
    }

    /// <summary>Reads the three files of the data set.</summary>
    /// <param name="folder">Folder that holds ratings.csv.gz, users.csv and movies.csv.</param>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A column is missing or a field is not what it should be.</exception>
    public static MovieLensRatings Read(string folder)
    {
        MovieLensRatings all = new();
        (string users, string movies, string ratings) =
            (DataFiles.Require(folder, "users.csv"), DataFiles.Require(folder, "movies.csv"), DataFiles.Require(folder, "ratings.csv.gz"));
        ReadFile(users, ["user_id", "gender", "age", "occupation", "zip"], field =>
            all._users[Number(field(0))] = (field(1), Number(field(2)), Number(field(3)), field(4)));
        ReadFile(movies, ["movie_id", "genres"], field => all._genres[Number(field(0))] = field(1).Split('|'));
        ReadFile(ratings, ["user_id", "movie_id", "rating", "split"], field =>
        {
            (int user, int movie) = (Number(field(0)), Number(field(1)));
            if (!all._users.ContainsKey(user) || !all._genres.ContainsKey(movie))
            {
                throw new FormatException($"user {user} is not in users.csv or movie {movie} is not in movies.csv.");
            }

            if (!all._ratings.TryGetValue(field(3), out List<(int, int, bool)>? part))
            {
                throw new FormatException($"'{field(3)}' is not train, valid or test.");
            }

            part.Add((user, movie, Number(field(2)) >= 4));
        });
        return all;
    }

    /// <summary>The parts as examples of a model; the column "split" of the ratings names the part of each row.</summary>
    public ClickSplits<TModel> Splits<TModel>()
        where TModel : MovieLensExample, IEmbeddingModel<TModel>, new() =>
        new(DataSet<TModel>.FromExamples(Examples<TModel>("train")), DataSet<TModel>.FromExamples(Examples<TModel>("valid")), DataSet<TModel>.FromExamples(Examples<TModel>("test")));

    private IEnumerable<TModel> Examples<TModel>(string part)
        where TModel : MovieLensExample, new()
    {
        foreach ((int user, int movie, bool liked) in _ratings[part])
        {
            (string gender, int age, int occupation, string zip) = _users[user];
            yield return new TModel
            {
                Liked = liked, User = user, Movie = movie, Gender = gender, Age = age, Occupation = occupation, Zip = zip, Genres = _genres[movie],
            };
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Calls <paramref name="add"/> for every row with a function that gives the text of the wanted column of that number.</summary>
    private static void ReadFile(string path, string[] columns, Action<Func<int, string>> add)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using CsvReader reader = CsvReader.Create(stream, new CsvReaderOptions { TrackLineNumbers = true });
        reader.ReadHeader();
        int[] at = Array.ConvertAll(columns, column => IndexOf(reader.Headers ?? [], column) is var index and >= 0
            ? index
            : throw new InvalidDataException($"{Path.GetFileName(path)} has no column {column}. Give the folder of MovieLens 1M as described in its README."));
        Func<int, string> field = column => reader.GetString(at[column]);
        while (reader.Read())
        {
            try
            {
                add(field);
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                throw new InvalidDataException($"{Path.GetFileName(path)}, line {reader.LineNumber}: {e.Message}", e);
            }
        }
    }

    private static int IndexOf(IReadOnlyList<string> header, string column)
    {
        for (int i = 0; i < header.Count; i++)
        {
            if (header[i] == column)
            {
                return i;
            }
        }

        return -1;
    }
}
