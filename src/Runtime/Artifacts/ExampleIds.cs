using System;
using System.Collections.Immutable;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The examples of a data set as raw numeric values and vocabulary ids, one or some at a time.</summary>
internal sealed class ExampleIds
{
    private readonly DataSet _data;
    private readonly int[][] _maps;

    /// <summary>Maps the keys of a data set to ids.</summary>
    /// <param name="data">The examples.</param>
    /// <param name="vocabularies">One per categorical input.</param>
    /// <param name="placeholder">A single-valued input whose keys are not looked up, its ids being 0; -1 for none.</param>
    public ExampleIds(DataSet data, ImmutableArray<Vocabulary> vocabularies, int placeholder = -1)
    {
        _data = data;
        _maps = new int[vocabularies.Length][];
        for (int f = 0; f < _maps.Length; f++)
        {
            _maps[f] = f == placeholder ? new int[data.Categoricals[f].KeyCount] : vocabularies[f].Map(data.Categoricals[f]);
        }
    }

    public Reader CreateReader() => new(this);

    /// <summary>Some examples at a time; not shared between threads.</summary>
    public sealed class Reader
    {
        private readonly ExampleIds _source;
        private float[] _numerics;
        private int[] _offsets;
        private int[] _ids = new int[64];

        internal Reader(ExampleIds source)
        {
            _source = source;
            _numerics = new float[source._data.Numerics.Length];
            _offsets = new int[source._maps.Length + 1];
        }

        /// <summary>The numeric values, example by example.</summary>
        public ReadOnlySpan<float> Numerics => _numerics;

        /// <summary>The ids of all inputs, example by example.</summary>
        public ReadOnlySpan<int> Ids => _ids;

        /// <summary>Where the ids of input f of example i begin, at i times the number of inputs plus f.</summary>
        public ReadOnlySpan<int> Offsets => _offsets;

        /// <summary>The id of a single-valued input of the example read first, to be replaced by another.</summary>
        public ref int Id(int feature) => ref _ids[_offsets[feature]];

        /// <summary>Reads examples [first, first + count).</summary>
        public void Read(int first, int count = 1)
        {
            (int numerics, int features) = (_source._data.Numerics.Length, _source._maps.Length);
            if (_offsets.Length <= count * features)
            {
                _numerics = new float[count * numerics];
                _offsets = new int[(count * features) + 1];
            }

            int at = 0;
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < numerics; j++)
                {
                    _numerics[(i * numerics) + j] = _source._data.Numerics[j][first + i];
                }

                for (int f = 0; f < features; f++)
                {
                    at = Read(f, first + i, at);
                    _offsets[(i * features) + f + 1] = at;
                }
            }
        }

        private int Read(int feature, int example, int at)
        {
            KeyColumn column = _source._data.Categoricals[feature];
            (int begin, int end) = column.Offsets is { } offsets ? (offsets[example], offsets[example + 1]) : (example, example + 1);
            for (int p = begin; p < end; p++)
            {
                int id = _source._maps[feature][column.Codes[p]];

                // An unknown value of a bag under the zero policy is neither summed nor counted.
                if (id < 0 && column.Offsets is not null)
                {
                    continue;
                }

                if (at == _ids.Length)
                {
                    Array.Resize(ref _ids, 2 * at);
                }

                _ids[at++] = id;
            }

            return at;
        }
    }
}
