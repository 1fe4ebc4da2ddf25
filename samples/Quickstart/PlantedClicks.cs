using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace ModelGen.Samples;

/// <summary>
/// Clicks with a known truth. Users and apps occur by Zipf laws. The logit of a click is
/// offset + b(user) + b(app) + mean b(genres of the app) + f(age) + u(user) . v(app): low-rank, as an embedding model assumes. A latent
/// vector is sqrt(Shared) times the prototype of its group plus sqrt(1 - Shared) times a part of its own, so that rare ids share
/// structure with other ids to a chosen degree. Labels are drawn from the true probability; its own AUC on a test set is the best
/// that any model can reach there, up to chance.
/// </summary>
internal sealed class PlantedClicks
{
    private readonly PlantedOptions _options;
    private readonly double[] _userShares;
    private readonly double[] _appShares;
    private readonly double[][] _users;
    private readonly double[][] _apps;
    private readonly double[] _userBiases;
    private readonly double[] _appBiases;
    private readonly double[] _genreBiases;
    private readonly int[][] _appGenres;
    private readonly float[] _ages;
    private readonly ulong _seed;

    /// <summary>Draws a world: all latent vectors and weights.</summary>
    /// <param name="options">Sizes and shapes.</param>
    /// <param name="seed">The same seed gives the same world and the same examples.</param>
    public PlantedClicks(PlantedOptions options, ulong seed)
    {
        _options = options;
        _seed = seed;
        Random random = CreateRandom(0);
        _userShares = ZipfSums(options.Users, options.UserExponent);
        _appShares = ZipfSums(options.Apps, options.AppExponent);
        _users = Vectors(random, options.Users);
        _apps = Vectors(random, options.Apps);
        _userBiases = Normals(random, options.Users, options.BiasScale);
        _appBiases = Normals(random, options.Apps, options.BiasScale);
        _genreBiases = Normals(random, options.Genres, options.BiasScale);
        _ages = new float[options.Users];
        for (int i = 0; i < _ages.Length; i++)
        {
            _ages[i] = 18 + random.Next(52);
        }

        _appGenres = new int[options.Apps][];
        for (int i = 0; i < _appGenres.Length; i++)
        {
            var genres = new SortedSet<int>();
            for (int count = 1 + random.Next(3); genres.Count < count;)
            {
                genres.Add(random.Next(options.Genres));
            }

            _appGenres[i] = [.. genres];
        }
    }

    /// <summary>Draws examples.</summary>
    /// <param name="count">Number of examples.</param>
    /// <param name="part">Number of the part, at least 1; every part is drawn independently of the others.</param>
    public PlantedExample[] Draw(int count, int part)
    {
        Random random = CreateRandom(part);
        var examples = new PlantedExample[count];
        for (int i = 0; i < count; i++)
        {
            int user = DrawIndex(random, _userShares);
            int app = DrawIndex(random, _appShares);
            double probability = 1 / (1 + Math.Exp(-Logit(user, app)));
            examples[i] = new PlantedExample(user, app, _appGenres[app], _ages[user], random.NextDouble() < probability, (float)probability);
        }

        return examples;
    }

    /// <summary>Writes examples as a CSV file with the columns Clicked, Age, User, App and Genres (divided by '|').</summary>
    public static void WriteCsv(string path, PlantedExample[] examples)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using StreamWriter writer = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        writer.NewLine = "\n";
        writer.WriteLine("Clicked,Age,User,App,Genres");
        foreach (PlantedExample example in examples)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(example.Clicked ? 1 : 0)},{example.Age},u{example.User},{example.App},{string.Join('|', GenreNames(example))}"));
        }
    }

    /// <summary>Names of the genres of an example.</summary>
    public static string[] GenreNames(PlantedExample example) => Array.ConvertAll(example.Genres, genre => "g" + genre);

    private double Logit(int user, int app)
    {
        double genres = 0;
        foreach (int genre in _appGenres[app])
        {
            genres += _genreBiases[genre];
        }

        double product = 0;
        for (int j = 0; j < _options.Rank; j++)
        {
            product += _users[user][j] * _apps[app][j];
        }

        // A product of two standard normal vectors of length r has the standard deviation sqrt(r).
        double age = (_ages[user] - 44) / 25.0;
        return _options.Offset + _userBiases[user] + _appBiases[app] + (genres / _appGenres[app].Length)
            + (0.4 * age) - (0.3 * age * age) + (_options.PairScale * product / Math.Sqrt(_options.Rank));
    }

    private double[][] Vectors(Random random, int count)
    {
        var prototypes = new double[_options.Groups][];
        for (int g = 0; g < prototypes.Length; g++)
        {
            prototypes[g] = Normals(random, _options.Rank, 1);
        }

        var vectors = new double[count][];
        for (int i = 0; i < count; i++)
        {
            double[] prototype = prototypes[random.Next(prototypes.Length)];
            vectors[i] = Normals(random, _options.Rank, Math.Sqrt(1 - _options.Shared));
            for (int j = 0; j < vectors[i].Length; j++)
            {
                vectors[i][j] += Math.Sqrt(_options.Shared) * prototype[j];
            }
        }

        return vectors;
    }

    private static double[] Normals(Random random, int count, double scale)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            // Box and Muller's transform; 1 - x keeps the logarithm finite.
            values[i] = scale * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        }

        return values;
    }

    /// <summary>Running sums of the Zipf shares, the last one 1.</summary>
    private static double[] ZipfSums(int count, double exponent)
    {
        double[] sums = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sums[i] = sum += Math.Pow(i + 1, -exponent);
        }

        for (int i = 0; i < count; i++)
        {
            sums[i] /= sum;
        }

        return sums;
    }

    private static int DrawIndex(Random random, double[] sums)
    {
        int index = Array.BinarySearch(sums, random.NextDouble());
        return Math.Min(index < 0 ? ~index : index + 1, sums.Length - 1);
    }

    /// <summary>A generator of its own for every part, so that the length of one does not change another.</summary>
    private Random CreateRandom(int part) => new(unchecked((int)((_seed * 1_000_003) + ((ulong)part * 7919) + 17)));
}
