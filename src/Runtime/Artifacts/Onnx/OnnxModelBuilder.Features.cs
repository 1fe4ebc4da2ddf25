using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Compiled;

public sealed partial class OnnxModelBuilder
{
    // Outside every table, and still so after a division by any modulus or a shift by any number of rows.
    private const long OutOfRange = 1L << 62;
    private const long Unhashed = -1;
    private const long IntegerPadding = -1;
    private const string TextPadding = "";

    private readonly Dictionary<string, IdSource> _idSources = [];

    /// <summary>
    /// Declares a numeric input, named as the property, [batch], and applies its transform. Returns a [batch, 1] tensor.
    /// </summary>
    public string Numeric(NumericFeature feature, NumericScaling scaling)
    {
        string x = Unsqueeze(Input(feature.Name, OnnxType.Float, Ranks ? 1L : "batch"), 1);
        string transformed = feature.Transform switch
        {
            Transform.Log1p => Log(Add(Max(x, Constant(0f)), Constant(1f))),
            Transform.Standardize => Mul(Sub(x, Constant(scaling.Mean)), Constant(scaling.InverseDeviation)),
            _ => x,
        };
        return Ranks ? Repeat(transformed, hasColumns: true) : transformed;
    }

    /// <summary>
    /// Declares the input of a categorical feature, named as the property, and turns its values into ids. A single value is a text or
    /// 64-bit integer [batch]; a bag is [batch, values], filled up with "" or -1. Returns the 64-bit ids in the same shape.
    /// A value that is not known becomes: under <see cref="OutOfVocabulary.SharedRow"/> the id of the shared row; under
    /// <see cref="OutOfVocabulary.HashedBucket"/> the id of a bucket, which is read from an extra 64-bit input "Name_bucket" of the same
    /// shape, because the standard operators cannot hash a text (its entries for known values are not used); under
    /// <see cref="OutOfVocabulary.Zero"/>, as for padding, an id whose vector is zero; under <see cref="OutOfVocabulary.Error"/> an id
    /// outside every table, so that the run fails.
    /// </summary>
    /// <exception cref="ArgumentException">A bag's vocabulary contains the value that stands for padding.</exception>
    public string Ids(CategoricalFeature feature, Vocabulary vocabulary)
    {
        if (feature == _item)
        {
            return CatalogueIds(feature);
        }

        OnnxDimension rows = Ranks ? 1L : "batch";
        OnnxDimension[] dimensions = feature.IsBag ? [rows, feature.Name + "_values"] : [rows];
        OnnxType type = feature.KeyKind == KeyKind.Text ? OnnxType.String : OnnxType.Int64;
        string input = Input(feature.Name, type, dimensions);
        long unknown = feature.OutOfVocabulary switch
        {
            OutOfVocabulary.SharedRow => vocabulary.Count,
            OutOfVocabulary.Zero => vocabulary.Rows,
            OutOfVocabulary.HashedBucket => Unhashed,
            _ => OutOfRange,
        };

        string ids = feature switch
        {
            { Cardinality: > 0 } => FixedIds(input, feature, vocabulary, unknown),
            { KeyKind: KeyKind.Text } => LabelEncoder(input, Padded(feature, vocabulary.TextKeys, TextPadding), EncodedIds(feature, vocabulary, unknown), unknown),
            _ => LabelEncoder(input, Padded(feature, vocabulary.IntegerKeys, IntegerPadding), EncodedIds(feature, vocabulary, unknown), unknown),
        };

        if (feature.OutOfVocabulary == OutOfVocabulary.HashedBucket)
        {
            string bucket = Input(feature.Name + "_bucket", OnnxType.Int64, dimensions);
            string valid = Inside(bucket, feature.Buckets);
            string hashed = Where(valid, Add(bucket, Constant((long)vocabulary.Count)), Constant(OutOfRange));
            ids = Where(Equal(ids, Constant(Unhashed)), hashed, ids);
        }

        ids = Ranks ? Repeat(ids, feature.IsBag) : ids;
        _idSources[ids] = new IdSource(feature, vocabulary.Rows, vocabulary.Rows);
        return ids;
    }

    /// <summary>The table rows that ids read; ids of zero vectors and ids outside the vocabulary keep their meaning.</summary>
    /// <param name="ids">A tensor that <see cref="Ids"/> returned.</param>
    /// <param name="index">Which row an id reads.</param>
    /// <param name="modulus">Modulus of a quotient or remainder; not used for identity.</param>
    /// <exception cref="ArgumentException">The tensor does not hold ids.</exception>
    public string Row(string ids, RowIndex index, int modulus)
    {
        IdSource source = Source(ids);
        if (index == RowIndex.Identity)
        {
            return ids;
        }

        // The id behind the last one is the zero row, which lies behind the last row of the table; greater ids stay outside.
        long tableRows = CollapsedTable.RowsFor(index, modulus, source.Ids);
        string divisor = Constant((long)modulus);
        string regular = index == RowIndex.Quotient ? Div(ids, divisor) : Mod(ids, divisor);
        string shifted = Add(ids, Constant(tableRows - source.Ids));
        string rows = Where(Less(ids, Constant(source.Ids)), regular, shifted);
        _idSources[rows] = source with { TableRows = tableRows };
        return rows;
    }

    /// <summary>
    /// The vectors of quantised ids: one more dimension, the width. The codes of each id are looked up, then the centroid of every part.
    /// </summary>
    /// <param name="codes">The codes; unpacked in the file, because no standard operator reads bits.</param>
    /// <param name="codebook">The codebook, which <see cref="Initializer(CollapsedDense)"/> has added.</param>
    /// <param name="ids">A tensor that <see cref="Ids"/> returned.</param>
    /// <exception cref="ArgumentException">The tensor does not hold ids of this feature.</exception>
    public string Decode(CollapsedCodes codes, CollapsedDense codebook, string ids)
    {
        IdSource source = Source(ids);
        if (source.TableRows != codes.Rows)
        {
            throw new ArgumentException($"Codes '{codes.Name}' have {codes.Rows} rows; '{ids}' holds ids of {source.TableRows}.", nameof(ids));
        }

        // Centroid k of part j is row k x parts + j of the codebook cut into parts, or row k where all parts share it.
        int zeroRows = ZeroRows(source.Feature), choices = codes.Centroids, width = codebook.Columns * (codes.IsShared ? codes.Parts : 1);
        Initializer(codes.Name, choices <= 256 ? OnnxType.UInt8 : OnnxType.UInt16, codes.Unpacked(zeroRows), [codes.Rows + zeroRows, codes.Parts]);
        long[] parts = [.. Enumerable.Range(0, codes.Parts).Select(j => (long)j)];
        string chosen = Cast(Gather(codes.Name, ids), OnnxType.Int64);
        string centroids = codes.IsShared
            ? Gather(codebook.Name, chosen)
            : Gather(Reshape(codebook.Name, (long)choices * codes.Parts, width / codes.Parts), Add(Mul(chosen, Constant((long)codes.Parts)), Constants(parts)));
        centroids = codebook.Format == TableFormat.Float16 ? Cast(centroids, OnnxType.Float) : centroids;
        string vectors = source.Feature.IsBag ? Reshape(centroids, 0, 0, width) : Reshape(centroids, 0, width);

        // No centroid is zero, so the vectors of padding and of dropped values are made so.
        return zeroRows == 0 ? vectors : Mul(vectors, Unsqueeze(Cast(Less(ids, Constant(source.Ids)), OnnxType.Float), -1));
    }

    /// <summary>
    /// The vectors of a bag, [batch, values, width], combined into [batch, width]: their sum, or their mean over the values that are
    /// known. A bag without known values gives zero. The vectors of a single value are returned as they are.
    /// </summary>
    /// <param name="vectors">The looked-up vectors; those of padding are zero.</param>
    /// <param name="ids">The ids they belong to, from <see cref="Ids"/>.</param>
    /// <param name="feature">The feature.</param>
    public string Pool(string vectors, string ids, CategoricalFeature feature)
    {
        if (!feature.IsBag)
        {
            return vectors;
        }

        string sum = ReduceSum(vectors, keepDimensions: false, 1);
        if (feature.Pooling == Pooling.Sum)
        {
            return sum;
        }

        string known = Cast(Less(ids, Constant(Source(ids).Ids)), OnnxType.Float);
        return Div(sum, Max(ReduceSum(known, keepDimensions: true, 1), Constant(1f)));
    }

    // Rows of zeros behind the last: padding and dropped values read one.
    private static int ZeroRows(CategoricalFeature feature) => feature.IsBag || feature.OutOfVocabulary == OutOfVocabulary.Zero ? 1 : 0;

    // Without a vocabulary the value is the id. Negative values are replaced too: an operator would count them from the end.
    private string FixedIds(string input, CategoricalFeature feature, Vocabulary vocabulary, long unknown)
    {
        string ids = Where(Inside(input, vocabulary.Count), input, Constant(unknown));
        return feature.IsBag ? Where(Equal(input, Constant(IntegerPadding)), Constant(vocabulary.Rows), ids) : ids;
    }

    private string Inside(string x, long count) => And(GreaterOrEqual(x, Constant(0L)), Less(x, Constant(count)));

    // An encoder needs at least one key, so an empty vocabulary gets one that means unknown.
    private static T[] Padded<T>(CategoricalFeature feature, T[] keys, T padding) where T : notnull
    {
        if (feature.IsBag && keys.Contains(padding))
        {
            throw new ArgumentException(
                $"The bag '{feature.Name}' has the value '{padding}' in its vocabulary, which fills up short bags in the ONNX file. Leave this value out of the data.");
        }

        return feature.IsBag || keys.Length == 0 ? [.. keys, padding] : keys;
    }

    private static long[] EncodedIds(CategoricalFeature feature, Vocabulary vocabulary, long unknown)
    {
        IEnumerable<long> ids = Enumerable.Range(0, vocabulary.Count).Select(id => (long)id);
        return feature.IsBag ? [.. ids, vocabulary.Rows] : vocabulary.Count == 0 ? [unknown] : [.. ids];
    }

    private IdSource Source(string tensor) =>
        _idSources.TryGetValue(tensor, out IdSource? source) ? source : throw new ArgumentException($"'{tensor}' does not hold ids or rows of a feature.", nameof(tensor));

    // Ids: rows of an identity table. TableRows: rows of the table that the tensor's values point into.
    private sealed record IdSource(CategoricalFeature Feature, long Ids, long TableRows);
}
