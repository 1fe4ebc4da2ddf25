using System;
using System.Collections.Immutable;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Checks that a run may continue from a checkpoint: whatever would change the bits must be the same.</summary>
internal static class ResumeCheck
{
    /// <exception cref="CheckpointMismatchException">Something differs; the message names it.</exception>
    public static void Require(string path, CheckpointReader reader, ModelState state, TrainingOptions options, int examples)
    {
        if (!reader.IsTraining)
        {
            throw new CheckpointMismatchException(path, "it holds a finished model without optimiser state. Resume from a file that training wrote to TrainingOptions.CheckpointPath.");
        }

        RequireSame(path, "seed", reader.Number<ulong>("seed"), options.Seed, "Set TrainingOptions.Seed to the former, or start over.");
        RequireSame(path, "batch size", reader.Number<int>("batchSize"), options.BatchSize, "Set TrainingOptions.BatchSize to the former, or start over.");
        RequireSame(path, "full batch (1 or 0)", reader.Number<int>("fullBatch"), options.FullBatch ? 1 : 0, "Set TrainingOptions.FullBatch to the former, or start over.");
        RequireSame(path, "number of training examples", reader.Number<int>("examples"), examples, "Use the data it was trained on, or start over.");
        if (state.Schema.IsImplicit)
        {
            RequireSame(path, "number of negatives", reader.Number<int>("negatives"), options.NegativesOf(state.Schema), "Set TrainingOptions.Negatives to the former, or start over.");
            RequireSame(path, "sampling of negatives", reader.Text("negativeSampling"), options.NegativeSampling.ToString(), "Set TrainingOptions.NegativeSampling to the former, or start over.");
        }

        ImmutableArray<Vocabulary> vocabularies = reader.ReadVocabularies();
        for (int f = 0; f < vocabularies.Length; f++)
        {
            if (!AreSame(vocabularies[f], state.Vocabularies[f]))
            {
                throw new CheckpointMismatchException(path, $"the values of {vocabularies[f].Feature.Name} in the training data, or their counts, differ from those it was trained on. Use the same data in the same order, or start over.");
            }
        }

        ImmutableArray<NumericScaling> scalings = reader.ReadScalings();
        for (int j = 0; j < scalings.Length; j++)
        {
            if (scalings[j] != state.Scalings[j])
            {
                throw new CheckpointMismatchException(path, $"the mean or deviation of {state.Schema.Numerics[j].Name} in the training data differs from that of the data it was trained on. Use the same data, or start over.");
            }
        }
    }

    private static bool AreSame(Vocabulary a, Vocabulary b) =>
        a.Count == b.Count
        && a.TextKeys.AsSpan().SequenceEqual(b.TextKeys)
        && a.IntegerKeys.AsSpan().SequenceEqual(b.IntegerKeys)
        && a.Counts.AsSpan().SequenceEqual(b.Counts)
        && a.UnknownCount == b.UnknownCount;

    private static void RequireSame<T>(string path, string name, T stored, T given, string advice)
        where T : IEquatable<T>
    {
        if (!stored.Equals(given))
        {
            throw new CheckpointMismatchException(path, FormattableString.Invariant($"its {name} is {stored}, this run has {given}. {advice}"));
        }
    }
}
