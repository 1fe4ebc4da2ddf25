using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace ModelGen.Tests;

/// <summary>
/// Random valid models as source text, for tests that put many models through the compiler. The same seed gives the same text on
/// every machine. Each model is a class or record RandomN (N the seed) in namespace RandomModels; some carry an inner dimension
/// below the served one, which warns (MG2008). The file uses the framework only, so that any test project can link it.
/// </summary>
public static class RandomModels
{
    /// <summary>Namespace of the models.</summary>
    public const string Namespace = "RandomModels";

    private static readonly int[] s_widths = [1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 20, 33];

    /// <summary>Name of the model of a seed.</summary>
    public static string Name(int seed) => "Random" + seed.ToString(CultureInfo.InvariantCulture);

    /// <summary>One compilation unit with the model of a seed.</summary>
    public static string Source(int seed) => Sources([seed]);

    /// <summary>One compilation unit with the models of several seeds.</summary>
    public static string Sources(IEnumerable<int> seeds)
    {
        var text = new StringBuilder();
        text.Append("#nullable enable\nusing System.Collections.Generic;\nusing ModelGen;\n\nnamespace ").Append(Namespace).Append(";\n\n");
        text.Append("public enum Shade { Dark, Light, Mixed }\n");
        foreach (int seed in seeds)
        {
            text.Append('\n').Append(new Writer(seed).Write());
        }

        return text.ToString();
    }

    /// <summary>Writes the model of one seed.</summary>
    private sealed class Writer(int seed)
    {
        private readonly StringBuilder _text = new();

        // SplitMix64: a stream of its own, so that the models do not change with the framework.
        private ulong _state = (ulong)seed;

        public string Write()
        {
            if (Chance(1, 4))
            {
                return Pair();
            }

            bool dlrm = Chance(1, 2), record = Chance(1, 4);
            int dimension = Pick(s_widths);
            int numerics = dlrm && dimension == 1 ? 0 : Pick(0, 0, 1, 2, 3, 5);
            int categoricals = Pick(2, 2, 3, 4, 6) - (dlrm && Chance(1, 4) ? 1 : 0);
            bool classEmbedding = Chance(1, 3);

            _text.Append("[EmbeddingModel").Append(Chance(1, 3) ? "(Loss = Loss.MeanSquaredError)" : "").Append("]\n");
            _text.Append(dlrm ? Dlrm(numerics, dimension) : "[FactorizationMachine]").Append('\n');
            _text.Append(Optimizer());
            if (classEmbedding)
            {
                _text.Append('[').Append(Embedding(dimension)).Append("]\n");
            }

            _text.Append("public partial ").Append(record ? "record " : "class ").Append(Name(seed)).Append("\n{\n");
            List<string> members = [$"[Label] public {Pick("bool", "int", "float", "double")} Target {{ get; set; }}"];
            members.AddRange(Enumerable.Range(0, numerics).Select(Numeric));
            members.AddRange(Enumerable.Range(0, categoricals).Select(f => Categorical(f, dimension, classEmbedding)));
            foreach (string member in Shuffled(members))
            {
                _text.Append("    ").Append(member).Append('\n');
            }

            return _text.Append("}\n").ToString();
        }

        // A user and an item, with a label or without.
        private string Pair()
        {
            int dimension = Pick(s_widths);
            string hidden = $"Hidden = [{string.Join(", ", Tower(Pick(1, 2)))}]";
            string biases = Pick("", "Biases = true, ", ""), host = Pick("Gmf", "Factorization", $"TwoTower({hidden})", dimension == 1 ? "Gmf" : $"NeuMf({(Chance(1, 2) ? $"Factors = {1 + (int)(Next() % (ulong)(dimension - 1))}, " : "")}{hidden})");
            bool label = Chance(1, 2);
            string loss = label ? Pick("", "(Loss = Loss.MeanSquaredError)") : Pick("", "(Loss = Loss.BayesianPersonalizedRanking)");
            if (host == "Factorization")
            {
                (label, loss, host) = (true, "(Loss = Loss.MeanSquaredError)", $"MatrixFactorization({biases}L2 = {Pick("0", "0.05f")})");
            }

            _text.Append($"[EmbeddingModel{loss}]\n[{host}]\n{Optimizer()}public partial class {Name(seed)}\n{{\n");
            List<string> members = [Role("User", dimension, label), Role("Item", dimension, label)];
            if (label)
            {
                members.Add("[Label] public bool Target { get; set; }");
            }

            foreach (string member in Shuffled(members))
            {
                _text.Append("    ").Append(member).Append('\n');
            }

            return _text.Append("}\n").ToString();
        }

        private string Role(string role, int dimension, bool label)
        {
            string element = Pick("string", "int", "long");
            string settings = Settings(element, bag: false);
            return $"[{role}{settings}, {Embedding(dimension, label ? Clusters(element, settings) : 0)}] public {element} {role}Key {{ get; set; }}{(element == "string" ? " = \"\";" : "")}";
        }

        private string Dlrm(int numerics, int dimension)
        {
            string bottom = numerics == 0 ? "" : $"Bottom = [{string.Join(", ", Tower(Pick(0, 1, 2)).Append(dimension))}]";
            int[] top = [.. Tower(Pick(0, 1, 2))];
            string second = top.Length == 0 ? "" : $"Top = [{string.Join(", ", top)}]";
            return $"[Dlrm({string.Join(", ", new[] { bottom, second }.Where(t => t.Length > 0))})]";
        }

        private IEnumerable<int> Tower(int layers) => Enumerable.Range(0, layers).Select(_ => Pick(2, 3, 5, 7, 8, 10, 12, 16, 20, 33, 64)).ToArray();

        private string Optimizer()
        {
            string rates = Chance(1, 3) ? "TableLearningRate = 0.02f, FactorLearningRate = 0.03f, TowerLearningRate = 0.04f" : "LearningRate = 0.05f";
            return Pick(0, 1, 2, 3, 4, 5) switch
            {
                0 => $"[Sgd({rates})]\n",
                1 => $"[Adagrad({rates}, Epsilon = 1e-6f)]\n",
                2 => $"[RowWiseAdagrad({rates})]\n",
                3 => $"[Adam({rates}, Beta1 = 0.8f{Pick("", ", Lazy = false")})]\n",
                4 => $"[NAdam({rates}{Pick("", ", Lazy = false")})]\n",
                _ => "",
            };
        }

        private string Numeric(int index)
        {
            string transform = Pick("", "(Transform = Transform.Log1p)", "(Transform = Transform.Standardize)");
            return $"[Numeric{transform}] public {Pick("float", "double", "int", "long", "short", "byte")} Number{index} {{ get; set; }}";
        }

        private string Categorical(int index, int dimension, bool classEmbedding)
        {
            string element = Pick("string", "string", "int", "long", "byte", "uint", "bool", "Shade");
            (string type, string start) = Pick(0, 0, 0, 1, 2, 3) switch
            {
                1 => ($"{element}[]", " = [];"),
                2 => ($"List<{element}>", " = [];"),
                3 => ($"IReadOnlyList<{element}>", " = [];"),
                _ => (element, element == "string" ? " = \"\";" : ""),
            };
            string settings = Settings(element, start == " = [];"), embedding = classEmbedding && Chance(2, 3) ? "" : $", {Embedding(dimension, Clusters(element, settings))}";
            return $"[Categorical{settings}{embedding}] public {type} Feature{index} {{ get; set; }}{start}";
        }

        private string Settings(string element, bool bag)
        {
            List<string> settings = [];
            if (bag && Chance(1, 2))
            {
                settings.Add(Pick("Pooling = Pooling.Sum", "Pooling = Pooling.Mean"));
            }

            string policy = Pick("", "SharedRow", "HashedBucket", "Zero");
            if (policy.Length > 0)
            {
                settings.Add($"OutOfVocabulary = OutOfVocabulary.{policy}");
            }

            if (policy == "HashedBucket")
            {
                settings.Add($"Buckets = {Pick(1, 3, 64)}");
            }

            if (element is "int" or "long" or "uint" && Chance(1, 3))
            {
                settings.Add($"Cardinality = {Pick(1, 17, 500)}");
            }
            else if (policy.Length > 0 && Chance(1, 3))
            {
                settings.Add("MinCount = 2");
            }

            return settings.Count == 0 ? "" : $"({string.Join(", ", settings)})";
        }

        // Most clusters of a feature, which must not be more than its ids; 0 for a feature that may have a single id.
        private static int Clusters(string element, string settings) => settings.Contains("Cardinality = 1)") || settings.Contains("Cardinality = 1,") ? 0 : element is "bool" ? 2 : 3;

        private string Embedding(int dimension, int clusters = 0) => Pick(0, 1, 2, 3, 4, 5, 6) switch
        {
            6 when clusters > 0 => $"Clustered(Dimension = {dimension}, Clusters = {clusters}, Initial = {Pick(1, 2)}, SplitEvery = 1, ReassignEvery = {Pick(1, 2)}{Pick("", ", Reassign = Reassignment.Every, Keep = 0f", ", Division = ClusterDivision.Random, Interactions = 5", ", ChooseBy = ClusterChoice.Loss")}{(Chance(1, 3) ? $", ResidualParts = {Pick(Enumerable.Range(1, dimension).Where(parts => dimension % parts == 0).ToArray())}, ResidualChoices = {Pick(4, 16)}" : "")})",
            0 => $"Full(Dimension = {dimension})",
            1 => $"MultiLayer(Dimension = {dimension}, Inner = {Inner(dimension)}{Pick("", ", Sigma = 0.125f")})",
            2 => $"Hashed(Dimension = {dimension}, Rows = {Pick(1, 5, 40)})",
            5 => $"Quantized(Dimension = {dimension}, Parts = {Pick(Enumerable.Range(1, dimension).Where(parts => dimension % parts == 0).ToArray())}, {Tiers()})",
            3 => $"QuotientRemainder(Dimension = {dimension}, Buckets = {Pick(1, 3, 8)})",
            _ => $"LowRank(Dimension = {dimension}, Rank = {1 + (int)(Next() % (ulong)dimension)})",
        };

        private string Tiers() => Pick(
            "Choices = [4]", "Choices = [16], Commitment = 0f", "Choices = [64, 8], Tiers = [0.1f, 0.9f]", "Choices = [512, 16, 16], Tiers = [0.2f, 0.3f, 0.5f], Commitment = 0.25f",
            "Choices = [32, 8], Tiers = [0.1f, 0.9f], Codebook = CodebookUpdate.MovingAverage, Decay = 0.9f",
            "Choices = [16, 8], Tiers = [0.3f, 0.7f], PrivateCodebooks = true, ReseedEvery = 5", "Choices = [16, 4], Tiers = [0.3f, 0.7f], SharedCodebook = true",
            "Choices = [16, 8], Tiers = [0.3f, 0.7f], Form = QuantizedForm.Softmax, Temperature = 0.5f",
            "Choices = [16, 8], Tiers = [0.3f, 0.7f], QueryInner = 7", "Choices = [16, 8], Tiers = [0.3f, 0.7f], NormalizeScores = true",
            "Choices = [16, 4], Tiers = [0.3f, 0.7f], NormalizeScores = true, Form = QuantizedForm.Softmax");

        private int Inner(int dimension) => Chance(1, 6) ? Pick(s_widths) : Pick(s_widths.Append(64).Where(k => k >= dimension).ToArray());

        private List<string> Shuffled(List<string> items)
        {
            for (int i = items.Count - 1; i > 0; i--)
            {
                int j = (int)(Next() % (ulong)(i + 1));
                (items[i], items[j]) = (items[j], items[i]);
            }

            return items;
        }

        private T Pick<T>(params T[] choices) => choices[(int)(Next() % (ulong)choices.Length)];

        private bool Chance(int times, int outOf) => (int)(Next() % (ulong)outOf) < times;

        private ulong Next()
        {
            ulong z = _state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
