using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Where the parts of a step's description lie in device memory: the struct Step that every emitted source begins with, and behind it the
/// arrays of the batch. Offsets are in bytes.
/// </summary>
internal sealed class StepLayout
{
    public const int StepBytes = 128;
    public const int TableBytes = 48;
    public const int FeatureBytes = 96;
    public const int SharedBytes = 40;
    public const int ResultBytes = 16;

    /// <summary>Arrays begin at multiples of this.</summary>
    public const int Alignment = 256;

    private readonly int[] _shared;
    private readonly int _sharedAt;

    public StepLayout(ModelSchema schema)
    {
        int shared = 0;
        _shared = new int[schema.Tables.Length];
        for (int t = 0; t < _shared.Length; t++)
        {
            _shared[t] = schema.Tables[t].Index == RowIndex.Identity ? -1 : shared++;
        }

        Features = StepBytes + (TableBytes * int.Max(1, schema.Tables.Length));
        _sharedAt = Features + (FeatureBytes * int.Max(1, schema.Categoricals.Length));
        Bytes = (int)Up(_sharedAt + (SharedBytes * int.Max(1, shared)));
    }

    /// <summary>Where the features begin.</summary>
    public int Features { get; }

    /// <summary>Where the shared rows of a table are described.</summary>
    public int OfShared(int table) => _sharedAt + (_shared[table] * SharedBytes);

    /// <summary>Bytes of the description.</summary>
    public int Bytes { get; }

    /// <summary>The next multiple of <see cref="Alignment"/>.</summary>
    public static long Up(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
