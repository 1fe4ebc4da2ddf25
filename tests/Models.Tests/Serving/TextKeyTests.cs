using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Serving;

/// <summary>A text feature and one more.</summary>
[EmbeddingModel, FactorizationMachine, Full(Dimension = 4)]
public partial class TextKeyed
{
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Text { get; set; } = "";

    [Categorical(Cardinality = 2)]
    public int Side { get; set; }

    [Label]
    public bool Clicked { get; set; }
}

/// <summary>Predictors find text keys of every length, which they hash and compare in different ways.</summary>
[TestClass]
public sealed class TextKeyTests
{
    [TestMethod]
    public void Keys_of_all_lengths_are_found_and_others_that_differ_in_one_character_are_not()
    {
        string[] known = [.. Enumerable.Range(0, 41).SelectMany(length => new[] { Text(length, -1, ' '), Text(length, length - 1, 'é'), Text(length, length / 2, '\uFF41'), Text(length, 0, 'Z') }).Distinct()];
        string[] unknown = [.. known.SelectMany(Neighbours).Distinct().Except(known)];
        TrainedModel<TextKeyed> trained = ModelTrainer.Train(
            DataSet<TextKeyed>.FromExamples(known.Select((text, i) => new TextKeyed { Text = text, Side = i & 1, Clicked = i % 3 == 0 })), new TrainingOptions { Epochs = 2, BatchSize = 16 });
        DataSet<TextKeyed> all = DataSet<TextKeyed>.FromExamples(known.Concat(unknown).Select(text => new TextKeyed { Text = text }));
        float[] expected = trained.Score(all);
        Assert.IsGreaterThan(0.9 * known.Length, expected.Take(known.Length).Distinct().Count());

        using TemporaryFolder folder = new();
        CollapsedModel<TextKeyed> served = trained.Collapse();
        served.SaveAssembly(folder["model.dll"]);
        served.Save(folder["model.safetensors"]);
        Scores.AreClose(expected, CollapsedModel<TextKeyed>.ScoreAssembly(folder["model.dll"], all), 1e-6, "assembly");
        Scores.AreClose(expected, CollapsedModel<TextKeyed>.Load(folder["model.safetensors"]).Score(all), 1e-6, "saved model");
    }

    // The letters a, b, c, ... with one of them replaced.
    private static string Text(int length, int at, char by) => new([.. Enumerable.Range(0, length).Select(i => i == at ? by : (char)('a' + (i % 26)))]);

    private static IEnumerable<string> Neighbours(string text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            // Two characters whose lower bytes are letters, of which one is the letter that is replaced.
            yield return text[..at] + (char)(text[at] ^ 1) + text[(at + 1)..];
            yield return text[..at] + (char)(text[at] ^ 0x100) + text[(at + 1)..];
        }

        yield return text + "a";
        yield return text + "\uD800";
    }
}
