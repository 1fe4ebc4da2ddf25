using System;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>The fixed parts of the predictor's text: vector helpers, working memory, hashing, and the classes over the weights.</summary>
internal static class PredictorSupport
{
    public static void Write(SourceWriter w, ModelSpec model, bool tables, bool codes, bool layers)
    {
        w.Line();
        w.Lines(Memory);
        w.Line();
        w.Lines(Vectors);
        w.Line();
        w.Lines(DotText);
        w.Line();
        w.Lines(Refusals);
        if (model.Categoricals.Any(c => c.OutOfVocabulary == OutOfVocabularyKind.HashedBucket))
        {
            w.Line();
            w.Lines(Hashing);
        }

        if (layers)
        {
            w.Line();
            w.Lines(PredictorTiles.Text);
        }

        if (tables)
        {
            w.Line();
            w.Lines(PredictorTables.Text);
        }

        if (codes)
        {
            w.Line();
            w.Lines(PredictorCodes.Text);
        }

        WriteKeys(w, model);
        WriteReader(w, model);
    }

    /// <summary>Writes the constructors and opens the body of the last, in which "file" holds the tensors.</summary>
    public static IDisposable Constructors(SourceWriter w, string name, bool isPublic)
    {
        w.Lines($$"""
            /// <summary>Reads the collapsed weights, a safetensors stream.</summary>
            /// <exception cref="InvalidDataException">The stream is damaged or holds something else.</exception>
            public {{name}}(Stream weights) : this(new Block(weights))
            {
            }

            private {{name}}(Block weights) : this(weights.Address, weights.Length, weights)
            {
            }

            // Over weights in memory that lives as long as its owner, with room for a word behind them.
            {{(isPublic ? "private" : "public")}} {{name}}(nint address, long length, object? owner)
            """);
        IDisposable body = w.Braces();
        w.Line("_owner = owner;");
        w.Line("var file = new Tensors(address, length);");
        return body;
    }

    /// <summary>Writes the call that reads the weights inside an inference assembly; in the application the class has none.</summary>
    public static void WriteLoad(SourceWriter w, string name, bool isPublic)
    {
        w.Line();
        if (isPublic)
        {
            w.Lines($$"""
                /// <summary>Takes the weights embedded in this assembly, which are used where the system has mapped them.</summary>
                public static unsafe {{name}} Load()
                {
                    Stream weights = typeof({{name}}).Assembly.GetManifestResourceStream("weights")
                        ?? throw new InvalidDataException("This assembly holds no resource named 'weights'.");
                    return weights is UnmanagedMemoryStream mapped
                        ? new {{name}}((nint)mapped.PositionPointer, mapped.Length, mapped)
                        : new {{name}}(weights);
                }

                """);
        }
    }

    /// <summary>The classes of the vocabularies that a model has.</summary>
    public static void WriteKeys(SourceWriter w, ModelSpec model)
    {
        CategoricalSpec[] keyed = [.. model.Categoricals.Where(c => c.Cardinality == 0 && c.Embedding.Kind != EmbeddingKind.None)];
        foreach ((string text, bool wanted) in new[] { (PredictorKeys.Texts, keyed.Any(IsText)), (PredictorKeys.Integers, keyed.Any(c => !IsText(c))) })
        {
            if (wanted)
            {
                w.Line();
                w.Lines(text);
            }
        }
    }

    /// <summary>The reader of the weights.</summary>
    public static void WriteReader(SourceWriter w, ModelSpec model)
    {
        w.Line();
        w.Lines(PredictorReader.Text.Replace("MODEL", model.Name));
    }

    /// <summary>Whether keys are texts.</summary>
    public static bool IsText(CategoricalSpec c) => c.Key is KeyType.Text or KeyType.Enum;

    private const string Memory = """
        // The intermediate values of one example or of a block, at a multiple of 64 bytes; a thread keeps them from call to call.
        private static ref float Scratch(int rows)
        {
            int floats = ((rows == 1 ? 1 : BlockRows) * Stride) + 32;
            if (t_scratch is not { } scratch || scratch.Length < floats)
            {
                scratch = t_scratch = GC.AllocateArray<float>(floats, pinned: true);
            }

            return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(scratch), Skip(scratch));
        }

        private static Span<T> Room<T>(ref T[]? room, int length)
        {
            if (room is not { } enough || enough.Length < length)
            {
                enough = room = new T[Math.Max(length, 256)];
            }

            return enough;
        }
        """;

    private const string Vectors = """
        private static void AddTo(ReadOnlySpan<float> x, Span<float> y)
        {
            int i = 0;
            for (; i + 8 <= x.Length; i += 8)
            {
                (Vector256.Create(x[i..]) + Vector256.Create<float>(y[i..])).CopyTo(y[i..]);
            }

            for (; i < x.Length; i++)
            {
                y[i] += x[i];
            }
        }

        private static void Scale(Span<float> y, float factor)
        {
            for (int i = 0; i < y.Length; i++)
            {
                y[i] *= factor;
            }
        }
        """;

    /// <summary>The inner product of two vectors.</summary>
    internal const string DotText = """
        private static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        {
            ref float a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y[..x.Length]);
            Vector256<float> sum = Vector256<float>.Zero;
            int i = 0;
            for (; i + 8 <= x.Length; i += 8)
            {
                sum = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a, (nuint)i), Vector256.LoadUnsafe(ref b, (nuint)i), sum);
            }

            float result = Vector256.Sum(sum);
            for (; i < x.Length; i++)
            {
                result += x[i] * y[i];
            }

            return result;
        }
        """;

    // Apart from the many short methods that throw them, which are compiled when the first example is scored.
    private const string Refusals = """
        private static Exception Unseen(string feature, string value) => new KeyNotFoundException($"{feature}: '{value}' was not seen in training.");

        private static Exception Negative(string feature, long value) => new ArgumentOutOfRangeException("key", $"{feature}: id {value} is negative.");
        """;

    private const string Hashing = """
        // 64-bit FNV-1a over UTF-16 code units, folded.
        private static ulong HashText(ReadOnlySpan<char> key)
        {
            ulong h = 14695981039346656037UL;
            foreach (char c in key)
            {
                h = unchecked((h ^ c) * 1099511628211UL);
            }

            return h ^ (h >> 32);
        }

        // The finaliser of splitmix64.
        private static ulong HashInteger(long key)
        {
            ulong x = unchecked((ulong)key + 0x9E3779B97F4A7C15UL);
            x = unchecked((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL);
            x = unchecked((x ^ (x >> 27)) * 0x94D049BB133111EBUL);
            return x ^ (x >> 31);
        }
        """;
}
