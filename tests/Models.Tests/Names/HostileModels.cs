using System.Collections.Generic;
using ModelGen;

namespace ModelGen.Tests.Names.Hostile
{
    /// <summary>A model named like a type of the runtime, inputs named like its types and like words of the generated code.</summary>
    [EmbeddingModel]
    [Dlrm(Bottom = [4], Top = [4])]
    public partial class Batch
    {
        [Label]
        public bool Label { get; set; }

        [Numeric(Transform = ModelGen.Transform.Log1p)]
        public float Loss { get; set; }

        [Numeric]
        public float Numerics { get; set; }

        [Numeric]
        public double Transform { get; set; }

        [Numeric]
        public int total { get; set; }

        [Numeric]
        public int scores { get; set; }

        [Numeric]
        public short i { get; set; }

        [Categorical, Full(Dimension = 4)]
        public string Table { get; set; } = "";

        [Categorical, MultiLayer(Dimension = 4, Inner = 8)]
        public int Lane { get; set; }

        [Categorical(Pooling = ModelGen.Pooling.Sum), QuotientRemainder(Dimension = 4, Buckets = 3)]
        public string[] Pooling { get; set; } = [];

        [Categorical, Hashed(Dimension = 4, Rows = 5)]
        public int Schema { get; set; }

        [Categorical, LowRank(Dimension = 4, Rank = 2)]
        public int step { get; set; }

        [Categorical, Full(Dimension = 4)]
        public string @event { get; set; } = "";

        [Categorical, Full(Dimension = 4)]
        public List<int> ids { get; set; } = [];

        [Categorical, Full(Dimension = 4)]
        public string offsets { get; set; } = "";

        [Categorical, Full(Dimension = 4)]
        public int at { get; set; }

        [Categorical, Full(Dimension = 4)]
        public int[] key { get; set; } = [];

        [Categorical, Full(Dimension = 4)]
        public int id { get; set; }

        // Named like the method that finds the ids of the one before it.
        [Categorical, Full(Dimension = 4)]
        public int idId { get; set; }

        [Categorical, Full(Dimension = 4)]
        public int Predict { get; set; }

        [Categorical, Full(Dimension = 4)]
        public int PredictIds { get; set; }

        [Categorical, Full(Dimension = 4)]
        public int weights { get; set; }

        [Categorical, Full(Dimension = 4)]
        public int example { get; set; }

        [Categorical, Full(Dimension = 4)]
        public int builder { get; set; }
    }

    /// <summary>A model named Model, a record, with an enum of the same namespace as a key.</summary>
    [EmbeddingModel]
    [FactorizationMachine]
    [Full(Dimension = 3)]
    public partial record Model
    {
        [Label]
        public bool Value { get; set; }

        [Categorical]
        public Math Kind { get; set; }

        [Categorical]
        public Math[] Kinds { get; set; } = [];

        [Categorical(OutOfVocabulary = OutOfVocabulary.HashedBucket, Buckets = 3)]
        public string Item { get; set; } = "";
    }

    /// <summary>A record with positional properties.</summary>
    [EmbeddingModel(Loss = Loss.MeanSquaredError)]
    [FactorizationMachine]
    public partial record Rating(
        [property: Label] float Stars,
        [property: Categorical, MultiLayer(Dimension = 2, Inner = 4)] string User,
        [property: Categorical(OutOfVocabulary = OutOfVocabulary.Zero), Full(Dimension = 2)] int Item);

    /// <summary>Named like a class of the framework that the generated code uses.</summary>
    public enum Math
    {
        /// <summary>One.</summary>
        Add,

        /// <summary>Two.</summary>
        @default,
    }

#pragma warning disable CS1591
    public class Unsafe;

    public class MemoryMarshal;

    public class Table;

    public class Lane;

    public class StepContext;

    public class FeatureBatch;

    public class SharedRows;

    public class ModelState;

    public class ModelSchema;

    public class NativeFloats;

    public class Losses;

    public class Microkernel;

    public class Finish;

    public class Simd512;

    public class Vector512;

    public class Vector256;

    public class Vector128;

    public class Span;

    public class ReadOnlySpan;

    public class Array;

    public class Stream;

    public class MemoryStream;

    public class Encoding;

    public class Dictionary;

    public class IEnumerable;

    public class DataSet;

    public class ModelTrainer;

    public class TrainedModel;

    public class TrainingOptions;

    public class CancellationToken;

    public class MethodImpl;

    public class MethodImplOptions;

    public class GC;

    public class Exception;

    public class InvalidDataException;

    public class KeyKind;

    public class RowIndex;

    public class ParameterGroup;

    public class Initialization;

    public class OptimizerKind;

    public class OnnxType;

    public class OnnxModelBuilder;

    public class CollapsedTable;

    public class CollapsedDense;

    public class CollapsedWeights;

    public class CategoricalFeature;

    public class DenseParameter;

    public class DataSetBuilder;

    public class IPredictor;

    public class ISimd;

    public class Tensors;

    public class MathF;

    public class JsonDocument;

    public class BinaryPrimitives;
#pragma warning restore CS1591
}
