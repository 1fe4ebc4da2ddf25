using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using CsvHelper;

namespace ModelGen.Retrieval;

/// <summary>What the items of a data set are called, for people who read a segment report.</summary>
internal static class ItemNames
{
    private static readonly Dictionary<string, (string File, string Item, string Name)> s_files = new()
    {
        ["ml-1m"] = ("movies.csv", "movie_id", "title"),
        ["goodbooks"] = ("books.csv.gz", "book_id", "title"),
        ["uci-msweb"] = ("pages.csv", "page_id", "title"),
        ["uci-online-retail"] = ("items.csv.gz", "item_id", "description"),
    };

    /// <summary>Names by key; none where the data set has no file of names, or the folder does not hold it.</summary>
    /// <param name="dataset">Name of the data set.</param>
    /// <param name="folder">Its folder.</param>
    /// <exception cref="InvalidDataException">A column is missing.</exception>
    public static Dictionary<string, string> Read(string dataset, string folder)
    {
        Dictionary<string, string> names = [];
        if (dataset == "ml-1m" && File.Exists(Path.Combine(folder, "movies.dat")))
        {
            foreach (string line in File.ReadLines(Path.Combine(folder, "movies.dat"), Encoding.Latin1))
            {
                string[] fields = line.Split("::");
                names[fields[0]] = fields.Length > 1 ? fields[1] : "";
            }
        }
        else if (s_files.TryGetValue(dataset, out (string File, string Item, string Name) file) && File.Exists(Path.Combine(folder, file.File)))
        {
            using StreamReader text = InteractionFile.Open(Path.Combine(folder, file.File));
            using CsvReader csv = CsvReader.Create(text.BaseStream, new CsvReaderOptions(), leaveOpen: true);
            csv.ReadHeader();
            string[] header = [.. csv.Headers ?? []];
            (int item, int name) = (Column(file.Item), Column(file.Name));
            while (csv.Read())
            {
                names[Encoding.UTF8.GetString(csv.GetSpan(item))] = Encoding.UTF8.GetString(csv.GetSpan(name));
            }

            int Column(string wanted) => Array.IndexOf(header, wanted) is var index and >= 0
                ? index
                : throw new InvalidDataException($"{file.File} has no column {wanted}; it has {string.Join(", ", header)}.");
        }

        return names;
    }
}
