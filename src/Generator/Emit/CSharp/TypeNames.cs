using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>
/// The types that emitted text names briefly, and the long form where the user's own code has something else of that name
/// in reach: a class Table in the model's namespace would be found before ours.
/// </summary>
public static class TypeNames
{
    // Comments and literals are matched first, and left as they are.
    private static readonly Regex s_token = new(
        """
        //[^\n]*|("{3,})[\s\S]*?\1(?!")|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'|(?<![@\w:]|(?<!\.)\.)(?<name>[A-Z]\w*)\b(?!\s*=[^=>])
        """.Trim());

    /// <summary>Namespace by type.</summary>
    public static IReadOnlyDictionary<string, string> Namespaces { get; } = new[]
    {
        ("ModelGen", "CsvOptions DataSet ModelTrainer RetrievalOptions RetrievalTrainer TrainedModel TrainedRetriever TrainingOptions"),
        ("ModelGen.Compiled",
            "AutoencoderStep AutoencoderWork Batch BlockScratch CategoricalFeature CollapsedCodes CollapsedDense CollapsedRetrieval CollapsedTable CollapsedWeights CudaAutoencoder CudaProgram CudaWork DataSetBuilder DenseParameter FeatureBatch Finish FeatureRole FrequencyTiers IAutoencoder IEmbeddingModel IFactorization IModel IPredictor IRetriever ISimd "
            + "Initialization KeyKind Lane LaneSums Losses Microkernel ModelSchema ModelState NativeFloats NearestCentroid OnnxModelBuilder OnnxType OptimizerKind ParameterGroup RowIndex ScoreNormalization SoftmaxScores "
            + "ServedProgram SharedRows SparseRows Simd128 Simd256 Simd512 SimdScalar StepContext Table WeightsImage"),
        ("System", "ArgumentException ArgumentOutOfRangeException Array BitConverter Exception FormatException GC Half InvalidOperationException Math MathF ReadOnlySpan Span ThreadStatic"),
        ("System.Buffers", "ArrayPool OperationStatus"),
        ("System.Collections.Generic", "Dictionary IEnumerable KeyNotFoundException"),
        ("System.Data.Common", "DbDataReader"),
        ("System.IO", "EndOfStreamException InvalidDataException MemoryStream Stream UnmanagedMemoryStream"),
        ("System.Runtime.CompilerServices", "MethodImpl MethodImplOptions Unsafe"),
        ("System.Numerics", "BitOperations"),
        ("System.Runtime.InteropServices", "Marshal MemoryMarshal"),
        ("System.Runtime.Intrinsics", "Vector128 Vector256 Vector512"),
        ("System.Text", "Encoding"),
        ("System.Text.Json", "JsonException JsonTokenType Utf8JsonReader"),
        ("System.Text.Unicode", "Utf8"),
        ("System.Threading", "CancellationToken"),
    }.SelectMany(n => n.Item2.Split(' ').Select(type => (Type: type, Namespace: n.Item1))).ToDictionary(n => n.Type, n => n.Namespace);

    /// <summary>The text with the hidden types written in full.</summary>
    /// <param name="text">A whole emitted file.</param>
    /// <param name="hidden">Types that something of the user's hides.</param>
    public static string Qualify(string text, IEnumerable<string> hidden)
    {
        HashSet<string> names = [.. hidden];
        return names.Count == 0
            ? text
            : s_token.Replace(text, m => names.Contains(m.Groups["name"].Value) ? $"global::{Namespaces[m.Value]}.{m.Value}" : m.Value);
    }
}
