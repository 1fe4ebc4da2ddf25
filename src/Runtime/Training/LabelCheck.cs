using System;
using System.Globalization;
using System.IO;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Checks that labels fit the loss of a model.</summary>
internal static class LabelCheck
{
    /// <exception cref="InvalidDataException">A label is not 0 or 1 under binary cross-entropy, or not finite.</exception>
    public static void Require(ModelSchema schema, DataSet data, string split)
    {
        ReadOnlySpan<float> labels = data.Labels;
        for (int i = 0; i < labels.Length; i++)
        {
            if (schema.Loss == Loss.BinaryCrossEntropy ? labels[i] is not (0f or 1f) : !float.IsFinite(labels[i]))
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Label '{schema.LabelColumn}' of example {i} (from 0) of the {split} data is {labels[i]}; {(schema.Loss == Loss.BinaryCrossEntropy ? "binary cross-entropy needs 0 or 1. Use Loss.MeanSquaredError for other labels" : "it must be finite")}."));
            }
        }
    }
}
