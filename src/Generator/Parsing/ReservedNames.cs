using System;
using System.Collections.Generic;

namespace ModelGen.Generator.Parsing;

/// <summary>
/// Names that a member of a model class cannot have: members that the generator declares, and types that the generated code
/// names in expressions, where a member of the same name would be found first. A test compares the list with the emitted text.
/// </summary>
public static class ReservedNames
{
    private static readonly HashSet<string> s_members = new(StringComparer.Ordinal)
    {
        "ReadCsv", "Read", "From", "Train", "Explain", "s_schema", "IrText", "Tile", "Dense", "Transposed", "FactorizationKernels", "s_cuda", "CudaSource", "CudaFullBatch", "CudaServed",
    };

    private static readonly HashSet<string> s_types = new(StringComparer.Ordinal)
    {
        "AutoencoderStep", "AutoencoderWork", "BlockScratch", "LaneSums", "RetrievalTrainer", "SparseRows", "CollapsedCodes", "CollapsedDense", "CollapsedTable", "DataSet", "ModelTrainer", "MethodImplOptions", "CudaWork",
        "KeyKind", "FeatureRole", "RowIndex", "ParameterGroup", "Initialization", "OptimizerKind", "ModelSchema",
        "Finish", "FrequencyTiers", "Losses", "Microkernel", "NearestCentroid", "ScoreNormalization", "SoftmaxScores",
        "Math", "MathF", "OnnxType", "MemoryMarshal", "Unsafe", "Vector128", "Vector256", "Vector512",
    };

    /// <summary>Whether a property, field or event of the model may not have this name.</summary>
    public static bool Contains(string name) => s_members.Contains(name) || s_types.Contains(name);

    /// <summary>Whether the name is that of a method the generator writes for a feature.</summary>
    public static bool BelongsTo(string feature, string name) =>
        name == feature + "Key" || name == "Embed" + feature || name == "Update" + feature || name == "Lookup" + feature || name == "Deliver" + feature || name == "Sum" + feature;
}
