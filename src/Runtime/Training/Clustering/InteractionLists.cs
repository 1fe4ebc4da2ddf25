using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The examples in which every id of a feature occurs, in the order of the data, each example once.</summary>
internal sealed class InteractionLists
{
    private readonly int[] _starts;
    private readonly int[] _examples;
    private readonly int _most;

    private InteractionLists(int[] starts, int[] examples, int most) => (_starts, _examples, _most) = (starts, examples, most);

    /// <summary>Collects the examples of a feature's ids, of which a sample has at most a number per id.</summary>
    public static InteractionLists Create(DataSet data, int feature, Vocabulary vocabulary, int most)
    {
        KeyColumn column = data.Categoricals[feature];
        int[] map = vocabulary.Map(column), starts = new int[checked((int)vocabulary.Rows) + 1], last = new int[vocabulary.Rows];
        Array.Fill(last, -1);
        Visit(column, map, data.Count, last, (id, _) => starts[id + 1]++);
        for (int id = 0; id + 1 < starts.Length; id++)
        {
            starts[id + 1] += starts[id];
        }

        int[] next = [.. starts.AsSpan(0, last.Length)], examples = new int[starts[^1]];
        Array.Fill(last, -1);
        Visit(column, map, data.Count, last, (id, example) => examples[next[id]++] = example);
        return new InteractionLists(starts, examples, most);
    }

    /// <summary>Number of examples of an id.</summary>
    public int Count(int id) => _starts[id + 1] - _starts[id];

    /// <summary>Examples of an id in a sample.</summary>
    public int Sampled(int id) => Math.Min(_most, Count(id));

    /// <summary>Adds the sample of an id, spread evenly over its examples.</summary>
    public void AddSample(int id, List<int> target)
    {
        int count = Count(id), sampled = Sampled(id);
        for (int i = 0; i < sampled; i++)
        {
            target.Add(_examples[_starts[id] + (int)((long)i * count / sampled)]);
        }
    }

    private static void Visit(KeyColumn column, int[] map, int count, int[] last, Action<int, int> visit)
    {
        for (int example = 0; example < count; example++)
        {
            int first = column.Offsets?[example] ?? example, end = column.Offsets?[example + 1] ?? example + 1;
            for (int position = first; position < end; position++)
            {
                int id = map[column.Codes[position]];
                if (id >= 0 && last[id] != example)
                {
                    last[id] = example;
                    visit(id, example);
                }
            }
        }
    }
}
