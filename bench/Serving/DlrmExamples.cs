using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>Examples of the 26-table model as columns.</summary>
internal sealed class DlrmExamples
{
    private readonly float[][] _numerics;
    private readonly int[][] _ids;

    public DlrmExamples(int count)
    {
        DataSet<CtrPlain> data = CtrData.Create<CtrPlain>(count);
        _numerics = [.. data.Numerics];
        _ids = [.. data.Categoricals.Select(c => c.Codes.Select(code => (int)c.IntegerKeys[code]).ToArray())];
    }

    public delegate float Call(
        float n0, float n1, float n2, float n3, float n4, float n5, float n6, float n7, float n8, float n9, float n10, float n11, float n12,
        int c0, int c1, int c2, int c3, int c4, int c5, int c6, int c7, int c8, int c9, int c10, int c11, int c12, int c13, int c14, int c15, int c16, int c17, int c18, int c19, int c20, int c21, int c22, int c23, int c24, int c25);

    public delegate void ColumnsCall(
        ReadOnlySpan<float> n0, ReadOnlySpan<float> n1, ReadOnlySpan<float> n2, ReadOnlySpan<float> n3, ReadOnlySpan<float> n4, ReadOnlySpan<float> n5, ReadOnlySpan<float> n6, ReadOnlySpan<float> n7, ReadOnlySpan<float> n8, ReadOnlySpan<float> n9, ReadOnlySpan<float> n10, ReadOnlySpan<float> n11, ReadOnlySpan<float> n12,
        ReadOnlySpan<int> c0, ReadOnlySpan<int> c1, ReadOnlySpan<int> c2, ReadOnlySpan<int> c3, ReadOnlySpan<int> c4, ReadOnlySpan<int> c5, ReadOnlySpan<int> c6, ReadOnlySpan<int> c7, ReadOnlySpan<int> c8, ReadOnlySpan<int> c9, ReadOnlySpan<int> c10, ReadOnlySpan<int> c11, ReadOnlySpan<int> c12, ReadOnlySpan<int> c13, ReadOnlySpan<int> c14, ReadOnlySpan<int> c15, ReadOnlySpan<int> c16, ReadOnlySpan<int> c17, ReadOnlySpan<int> c18, ReadOnlySpan<int> c19, ReadOnlySpan<int> c20, ReadOnlySpan<int> c21, ReadOnlySpan<int> c22, ReadOnlySpan<int> c23, ReadOnlySpan<int> c24, ReadOnlySpan<int> c25,
        Span<float> scores);

    /// <summary>Scores one example.</summary>
    public float Run(Call call, int i)
    {
        (float[][] n, int[][] c) = (_numerics, _ids);
        return call(
            n[0][i], n[1][i], n[2][i], n[3][i], n[4][i], n[5][i], n[6][i], n[7][i], n[8][i], n[9][i], n[10][i], n[11][i], n[12][i],
            c[0][i], c[1][i], c[2][i], c[3][i], c[4][i], c[5][i], c[6][i], c[7][i], c[8][i], c[9][i], c[10][i], c[11][i], c[12][i], c[13][i], c[14][i], c[15][i], c[16][i], c[17][i], c[18][i], c[19][i], c[20][i], c[21][i], c[22][i], c[23][i], c[24][i], c[25][i]);
    }

    /// <summary>Scores a range of examples.</summary>
    public void Run(ColumnsCall call, int first, int count, float[] scores)
    {
        ReadOnlySpan<float> N(int j) => _numerics[j].AsSpan(first, count);
        ReadOnlySpan<int> C(int f) => _ids[f].AsSpan(first, count);
        call(
            N(0), N(1), N(2), N(3), N(4), N(5), N(6), N(7), N(8), N(9), N(10), N(11), N(12),
            C(0), C(1), C(2), C(3), C(4), C(5), C(6), C(7), C(8), C(9), C(10), C(11), C(12), C(13), C(14), C(15), C(16), C(17), C(18), C(19), C(20), C(21), C(22), C(23), C(24), C(25),
            scores.AsSpan(first, count));
    }

    /// <summary>The inputs of the ONNX file for a range of examples.</summary>
    public List<OnnxTensor> Inputs(int first, int count) =>
    [
        .. _numerics.Select((column, j) => OnnxTensor.From($"N{j}", column.AsSpan(first, count).ToArray(), count)),
        .. _ids.Select((column, f) => OnnxTensor.From($"C{f}", Array.ConvertAll(column.AsSpan(first, count).ToArray(), id => (long)id), count)),
    ];
}
