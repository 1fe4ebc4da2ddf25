using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The segments of a retrieval model, largest first, and recommendation by segment.</summary>
public sealed class SegmentReport
{
    private readonly CollapsedRows _rows;
    private readonly Vocabulary _items;

    internal SegmentReport(CollapsedRetrieval weights, int top)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        (_rows, _items) = (weights.Rows, weights.Items);
        List<(int Item, float Value)>[] groups = [.. Enumerable.Range(0, 2 * _rows.Dimension).Select(_ => new List<(int, float)>())];
        for (int row = 0; row < _rows.Rows; row++)
        {
            for (int j = 0; j < _rows.CountOf(row); j++)
            {
                float value = _rows.ValueOf(row, j);
                if (value != 0)
                {
                    groups[Group(_rows.ColumnOf(row, j), value > 0)].Add((row, Math.Abs(value)));
                }
            }
        }

        (int[] nearest, double[] overlaps) = Overlaps(groups);
        Segments =
        [
            .. Enumerable.Range(0, groups.Length).Where(g => groups[g].Count > 0).OrderByDescending(g => groups[g].Count).ThenBy(g => g).Select(g => new Segment(
                g / 2, g % 2 == 0, groups[g].Count,
                [.. groups[g].OrderByDescending(e => e.Value).ThenBy(e => e.Item).Take(top).Select(e => new Recommendation(e.Item, _items.KeyText(e.Item), e.Value))],
                nearest[g] < 0 ? null : (nearest[g] / 2, nearest[g] % 2 == 0), overlaps[g])),
        ];
    }

    /// <summary>The segments that hold an item, largest first.</summary>
    public ImmutableArray<Segment> Segments { get; }

    /// <summary>The segments that a history leans to, strongest first: the columns of its sum by absolute value.</summary>
    /// <param name="history">Ids of distinct items.</param>
    /// <param name="count">Length of the list, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item, or <paramref name="count"/> is below 1.</exception>
    public IReadOnlyList<(Segment Segment, float Strength)> Strongest(ReadOnlySpan<int> history, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        float[] sum = new float[_rows.Dimension];
        foreach (int item in history)
        {
            RetrievalItems.Check(item, _rows.Rows);
            for (int j = 0; j < _rows.CountOf(item); j++)
            {
                sum[_rows.ColumnOf(item, j)] += _rows.ValueOf(item, j);
            }
        }

        return [.. Segments.Where(s => sum[s.Column] != 0 && sum[s.Column] > 0 == s.IsPositive)
            .Select(s => (s, Math.Abs(sum[s.Column]))).OrderByDescending(s => s.Item2).ThenBy(s => s.s.Column).Take(count)];
    }

    /// <summary>All items of a segment, those with the largest values first, without those of a history.</summary>
    /// <param name="segment">A segment of this report.</param>
    /// <param name="history">Ids to leave out; may be empty.</param>
    /// <param name="count">Length of the list, at least 1.</param>
    public IReadOnlyList<Recommendation> Items(Segment segment, ReadOnlySpan<int> history, int count)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        HashSet<int> met = [.. history];
        List<Recommendation> items = [];
        for (int row = 0; row < _rows.Rows; row++)
        {
            for (int j = 0; j < _rows.CountOf(row) && !met.Contains(row); j++)
            {
                float value = _rows.ValueOf(row, j);
                if (_rows.ColumnOf(row, j) == segment.Column && value != 0 && value > 0 == segment.IsPositive)
                {
                    items.Add(new Recommendation(row, _items.KeyText(row), Math.Abs(value)));
                }
            }
        }

        return [.. items.OrderByDescending(i => i.Score).ThenBy(i => i.Id).Take(count)];
    }

    /// <summary>Writes the segments as text: one block per segment with its size, its nearest segment, and the keys of its top items.</summary>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (Segment s in Segments)
        {
            string nearest = s.Nearest is { } n ? string.Create(CultureInfo.InvariantCulture, $", shares {s.Overlap:P0} with {Name(n.Column, n.IsPositive)}") : "";
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name(s.Column, s.IsPositive)}: {s.Size} items{nearest}"));
            foreach (Recommendation item in s.Top)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {item.Score:F3}  {item.Item}"));
            }
        }
    }

    /// <summary>Writes the segments as a JSON array.</summary>
    public void WriteJson(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartArray();
        foreach (Segment s in Segments)
        {
            json.WriteStartObject();
            json.WriteString("segment", Name(s.Column, s.IsPositive));
            json.WriteNumber("size", s.Size);
            if (s.Nearest is { } n)
            {
                json.WriteString("nearest", Name(n.Column, n.IsPositive));
                json.WriteNumber("overlap", Math.Round(s.Overlap, 4));
            }

            json.WriteStartArray("top");
            foreach (Recommendation item in s.Top)
            {
                json.WriteStartObject();
                json.WriteString("key", item.Item);
                json.WriteNumber("value", item.Score);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        using var writer = new StringWriter(new StringBuilder(), CultureInfo.InvariantCulture);
        WriteText(writer);
        return writer.ToString();
    }

    private static string Name(int column, bool positive) => string.Create(CultureInfo.InvariantCulture, $"{(positive ? '+' : '-')}{column}");

    private static int Group(int column, bool positive) => (2 * column) + (positive ? 0 : 1);

    // Pairs of segments that meet in an item, counted item by item: n k^2 steps.
    private (int[] Nearest, double[] Overlap) Overlaps(List<(int Item, float Value)>[] groups)
    {
        int[] nearest = new int[groups.Length];
        double[] overlaps = new double[groups.Length];
        Array.Fill(nearest, -1);
        int[] shared = new int[groups.Length];
        for (int g = 0; g < groups.Length; g++)
        {
            List<int> met = [];
            foreach ((int item, _) in groups[g])
            {
                for (int j = 0; j < _rows.CountOf(item); j++)
                {
                    float value = _rows.ValueOf(item, j);
                    int other = Group(_rows.ColumnOf(item, j), value > 0);
                    if (value != 0 && other != g && shared[other]++ == 0)
                    {
                        met.Add(other);
                    }
                }
            }

            foreach (int other in met.Order())
            {
                double overlap = (double)shared[other] / (groups[g].Count + groups[other].Count - shared[other]);
                if (overlap > overlaps[g])
                {
                    (nearest[g], overlaps[g]) = (other, overlap);
                }

                shared[other] = 0;
            }
        }

        return (nearest, overlaps);
    }
}
