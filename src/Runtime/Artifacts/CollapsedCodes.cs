using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Threading.Tasks;

namespace ModelGen.Compiled;

/// <summary>
/// The codes of a product-quantised embedding, bit-packed: one code per row and part, log2 of the tier's choices bits each, rounded up. Row r of a
/// tier begins at bit r x parts x bits of the tier, lowest bit first; the tiers follow one another, each from a whole byte on.
/// The vector of a row is the concatenation over its parts j of columns [j s, (j + 1) s) of row code_j of the codebook, s = d / parts, or
/// of whole rows where all parts share one set of centroids. A tier with a codebook of its own stores its codes from its first centroid on.
/// </summary>
public sealed class CollapsedCodes
{
    // A multiple of 8 rows is a whole number of bytes, so blocks can be packed side by side.
    private const int BlockRows = 1024;

    private readonly NativeFloats _packed;

    internal CollapsedCodes(string name, string codebook, int feature, int parts, ImmutableArray<CodeTier> tiers, NativeFloats packed, bool isShared = false)
    {
        CollapsedTable.CheckName(name);
        CollapsedTable.CheckName(codebook);
        if (parts < 1 || tiers.IsEmpty || tiers.Any(t => t.Rows < 0 || t.Choices is < 2 or > 65536 || t.First < 0 || t.First + t.Choices > 65536 || t.Repeat < 1 || parts % t.Repeat != 0))
        {
            throw new ArgumentException(
                $"Codes '{name}' have {parts} parts and tiers of {string.Join(", ", tiers.Select(t => $"{t.Rows} rows x {t.Choices} choices from {t.First} on, {t.Repeat} parts to a code"))}; " +
                "there must be at least one part and one tier, choices are 2 to 65536, and the parts to a code divide the parts.");
        }

        Name = name;
        CodebookName = codebook;
        Feature = feature;
        Parts = parts;
        Tiers = tiers;
        IsShared = isShared;
        _packed = packed;
    }

    /// <summary>Name in files, such as "User.codes".</summary>
    public string Name { get; }

    /// <summary>Name of the dense parameter that holds the centroids, such as "User.C".</summary>
    public string CodebookName { get; }

    /// <summary>Index of the categorical feature in the schema.</summary>
    public int Feature { get; }

    /// <summary>Codes per row.</summary>
    public int Parts { get; }

    /// <summary>Whether all parts share one set of centroids.</summary>
    public bool IsShared { get; }

    /// <summary>Rows that the codebook must have.</summary>
    public int Centroids => Tiers.Max(t => t.First + t.Choices);

    /// <summary>The tiers, from the most frequent ids on.</summary>
    public ImmutableArray<CodeTier> Tiers { get; }

    /// <summary>Number of rows.</summary>
    public long Rows => Tiers.Sum(t => t.Rows);

    /// <summary>Bytes of the packed codes, without the codebook.</summary>
    public long Bytes => Tiers.Sum(t => t.Bytes(Parts));

    /// <summary>The packed codes as they are stored in files.</summary>
    internal TensorContent Content => TensorContent.FromBytes(_packed, Bytes);

    /// <summary>Packs codes.</summary>
    /// <param name="name">Name in files; without white space.</param>
    /// <param name="codebook">Name of the dense parameter that holds the centroids.</param>
    /// <param name="feature">Index of the categorical feature in the schema.</param>
    /// <param name="parts">Codes per row, at least 1.</param>
    /// <param name="tiers">The tiers, from the most frequent ids on.</param>
    /// <param name="read">Writes the centroid of each part of a row, a row of the codebook that its tier may use; called from several threads.</param>
    /// <param name="isShared">Whether all parts share one set of centroids.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public static CollapsedCodes Pack(string name, string codebook, int feature, int parts, ImmutableArray<CodeTier> tiers, Action<long, Span<ushort>> read, bool isShared = false)
    {
        NativeFloats packed = PackedBits.Allocate(tiers.Sum(t => t.Bytes(parts)));
        var result = new CollapsedCodes(name, codebook, feature, parts, tiers, packed, isShared);
        long firstRow = 0, firstByte = 0;
        foreach (CodeTier tier in tiers)
        {
            (long row0, long byte0) = (firstRow, firstByte);
            Parallel.For(0, (tier.Rows + BlockRows - 1) / BlockRows, block =>
            {
                ushort[] codes = new ushort[parts];
                long bit = (8 * byte0) + (block * BlockRows * (parts / tier.Repeat) * tier.Bits);
                for (long row = block * BlockRows; row < Math.Min(tier.Rows, (block + 1) * BlockRows); row++)
                {
                    read(row0 + row, codes);
                    for (int part = 0; part < parts; part += tier.Repeat, bit += tier.Bits)
                    {
                        PackedBits.Write(packed, bit, (uint)(codes[part] - tier.First));
                    }
                }
            });
            firstRow += tier.Rows;
            firstByte += tier.Bytes(parts);
        }

        return result;
    }

    /// <summary>The codes of a trained model: the nearest centroids of all queries, by the search that training uses.</summary>
    /// <param name="name">Name in files.</param>
    /// <param name="state">The trained model.</param>
    /// <param name="quantized">Index of the quantised embedding in the schema.</param>
    public static CollapsedCodes Nearest(string name, ModelState state, int quantized)
    {
        var rows = new QuantizedRows(state, state.Schema.Quantized[quantized]);
        QuantizedFeature schema = rows.Schema;
        return Pack(name, schema.Codebook, schema.Feature, schema.Parts, [.. schema.Tiers.Select((tier, t) => new CodeTier(rows.Ends[t] - rows.First(t), tier.Choices, tier.First, tier.Repeat))], rows.Find, schema.Shared);
    }

    /// <summary>The clusters of a trained table of shared vectors as codes of one part; the vectors are the codebook.</summary>
    /// <param name="name">Name in files.</param>
    /// <param name="table">A table with an assignment.</param>
    public static CollapsedCodes Assigned(string name, Table table)
    {
        int[] clusters = table.Assignment!.Clusters;
        return Pack(name, table.Parameter.Name, table.Parameter.Feature, 1, [new CodeTier(clusters.Length, table.Assignment.Capacity)], (row, codes) => codes[0] = (ushort)clusters[row]);
    }

    /// <summary>Reads the centroids of one row: of each part a row of the codebook.</summary>
    /// <param name="row">The row.</param>
    /// <param name="destination">At least <see cref="Parts"/> numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public void Read(long row, Span<ushort> destination)
    {
        if ((ulong)row >= (ulong)Rows)
        {
            throw new ArgumentOutOfRangeException(nameof(row), $"Codes '{Name}' have {Rows} rows; row {row} does not exist.");
        }

        (CodeTier tier, long first, long start) = Locate(Tiers, Parts, row);
        long bit = (8 * start) + ((row - first) * (Parts / tier.Repeat) * tier.Bits);
        for (int part = 0; part < Parts; part += tier.Repeat, bit += tier.Bits)
        {
            destination.Slice(part, tier.Repeat).Fill((ushort)(tier.First + PackedBits.Read(_packed, bit, tier.Bits)));
        }
    }

    /// <summary>The mean over the parts of how many centroids the rows of a tier use, as <see cref="CodeUsage"/> says.</summary>
    internal double Perplexity(int tier)
    {
        long first = Tiers.Take(tier).Sum(t => t.Rows), rows = Tiers[tier].Rows;
        long[] counts = new long[Tiers[tier].Choices * Parts];
        ushort[] codes = new ushort[Parts];
        for (long row = first; row < first + rows; row++)
        {
            Read(row, codes);
            for (int part = 0; part < Parts; part++)
            {
                counts[(part * Tiers[tier].Choices) + codes[part] - Tiers[tier].First]++;
            }
        }

        double sum = 0;
        foreach (long[] part in counts.Chunk(Tiers[tier].Choices))
        {
            sum += rows == 0 ? 0 : Math.Exp(-part.Where(n => n > 0).Sum(n => (double)n / rows * Math.Log((double)n / rows)));
        }

        return sum / Parts;
    }

    /// <summary>The codes as [rows + zero rows, parts] numbers of one or two bytes.</summary>
    internal TensorContent Unpacked(int zeroRows)
    {
        int bytes = Centroids <= 256 ? 1 : 2;
        return new TensorContent(Rows * Parts * bytes, stream => WriteUnpacked(stream, bytes)).WithZeros((long)zeroRows * Parts * bytes);
    }

    private void WriteUnpacked(Stream stream, int bytes)
    {
        ushort[] codes = new ushort[Parts];
        byte[] line = new byte[Parts * bytes];
        for (long row = 0; row < Rows; row++)
        {
            Read(row, codes);
            for (int part = 0; part < codes.Length; part++)
            {
                line[part * bytes] = (byte)codes[part];
                if (bytes == 2)
                {
                    line[(2 * part) + 1] = (byte)(codes[part] >> 8);
                }
            }

            stream.Write(line);
        }
    }

    // The tier of a row, its first row and its first byte.
    private static (CodeTier Tier, long FirstRow, long FirstByte) Locate(ImmutableArray<CodeTier> tiers, int parts, long row)
    {
        long firstRow = 0, firstByte = 0;
        int t = 0;
        for (; row >= firstRow + tiers[t].Rows; t++)
        {
            firstRow += tiers[t].Rows;
            firstByte += tiers[t].Bytes(parts);
        }

        return (tiers[t], firstRow, firstByte);
    }
}
