using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen;

/// <summary>
/// Mean and centred second moment (d x d) of vectors that are added in blocks: memory in d^2, however many vectors there are. Blocks are
/// centred on their own mean before they are merged, so a common offset of all vectors costs no precision.
/// </summary>
internal sealed class SecondMoment
{
    private const int MostIterations = 1000;

    private readonly int _width;
    private readonly double[] _mean;
    private readonly double[] _moment;
    private readonly double[] _blockMean;
    private readonly float[] _centred;
    private readonly float[] _row;

    /// <summary>An empty moment of vectors of a width.</summary>
    public SecondMoment(int width)
    {
        _width = width;
        _mean = new double[width];
        _blockMean = new double[width];
        _moment = new double[(long)width * width];
        _centred = new float[width];
        _row = new float[(long)width * width];
    }

    /// <summary>Vectors added so far.</summary>
    public long Count { get; private set; }

    /// <summary>Their mean.</summary>
    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>Adds vectors that lie one after another.</summary>
    public void Add(ReadOnlySpan<float> vectors)
    {
        int count = vectors.Length / _width;
        if (count == 0)
        {
            return;
        }

        Array.Clear(_blockMean);
        Array.Clear(_row);
        for (int i = 0; i < vectors.Length; i++)
        {
            _blockMean[i % _width] += vectors[i];
        }

        for (int c = 0; c < _width; c++)
        {
            _blockMean[c] /= count;
        }

        for (int i = 0; i < count; i++)
        {
            for (int c = 0; c < _width; c++)
            {
                _centred[c] = (float)(vectors[(i * _width) + c] - _blockMean[c]);
            }

            for (int r = 0; r < _width; r++)
            {
                AddScaled(_row.AsSpan(r * _width, _width), _centred, _centred[r]);
            }
        }

        Merge(count, _blockMean, i => _row[i]);
    }

    /// <summary>Adds all vectors of another moment.</summary>
    public void Add(SecondMoment other)
    {
        if (other.Count > 0)
        {
            Merge(other.Count, other._mean, i => other._moment[i]);
        }
    }

    /// <summary>Adds vectors of which the mean and the sums of the products of their differences from it are known.</summary>
    public void Add(long count, double[] mean, double[] moment) => Merge(count, mean, i => moment[i]);

    /// <summary>
    /// The direction along which the vectors spread most, of length one, its largest component positive: the top eigenvector by power
    /// iteration from the row of the greatest spread. Zero when all vectors are equal.
    /// </summary>
    /// <param name="mostIterations">Iterations after which the direction is taken as it is.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double[] Principal(int mostIterations = MostIterations)
    {
        int start = 0;
        for (int c = 1; c < _width; c++)
        {
            start = _moment[(c * _width) + c] > _moment[(start * _width) + start] ? c : start;
        }

        double[] direction = _moment.AsSpan(start * _width, _width).ToArray();
        double[] next = new double[_width];
        if (!Normalize(direction))
        {
            return direction;
        }

        for (int iteration = 0; iteration < mostIterations; iteration++)
        {
            for (int r = 0; r < _width; r++)
            {
                next[r] = Dot(_moment.AsSpan(r * _width, _width), direction);
            }

            Normalize(next);
            double change = 0;
            for (int c = 0; c < _width; c++)
            {
                change = Math.Max(change, Math.Abs(next[c] - direction[c]));
            }

            (direction, next) = (next, direction);
            if (change < 1e-9)
            {
                break;
            }
        }

        int largest = 0;
        for (int c = 1; c < _width; c++)
        {
            largest = Math.Abs(direction[c]) > Math.Abs(direction[largest]) ? c : largest;
        }

        for (int c = 0; c < _width && direction[largest] < 0; c++)
        {
            if (c != largest)
            {
                direction[c] = -direction[c];
            }
        }

        direction[largest] = Math.Abs(direction[largest]);
        return direction;
    }

    /// <summary>(vector - mean) times a direction.</summary>
    public double Project(ReadOnlySpan<float> vector, ReadOnlySpan<double> direction)
    {
        double sum = 0;
        for (int c = 0; c < _width; c++)
        {
            sum += (vector[c] - _mean[c]) * direction[c];
        }

        return sum;
    }

    // Means and centred moments of two sets of vectors combine with the product of the difference of the means.
    private void Merge(long count, double[] mean, Func<int, double> moment)
    {
        long total = Count + count;
        double weight = (double)Count * count / total;
        for (int r = 0; r < _width; r++)
        {
            double difference = mean[r] - _mean[r];
            for (int c = 0; c < _width; c++)
            {
                _moment[(r * _width) + c] += moment((r * _width) + c) + (weight * difference * (mean[c] - _mean[c]));
            }
        }

        for (int c = 0; c < _width; c++)
        {
            _mean[c] += (mean[c] - _mean[c]) * count / total;
        }

        Count = total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(Span<float> target, ReadOnlySpan<float> source, float factor)
    {
        Span<Vector<float>> targets = MemoryMarshal.Cast<float, Vector<float>>(target);
        ReadOnlySpan<Vector<float>> sources = MemoryMarshal.Cast<float, Vector<float>>(source);
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] += factor * sources[i];
        }

        for (int i = targets.Length * Vector<float>.Count; i < target.Length; i++)
        {
            target[i] += factor * source[i];
        }
    }

    // Four sums that do not wait for one another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i + 4 <= a.Length; i += 4)
        {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }

        for (; i < a.Length; i++)
        {
            s0 += a[i] * b[i];
        }

        return s0 + s1 + (s2 + s3);
    }

    private static bool Normalize(Span<double> vector)
    {
        double length = Math.Sqrt(Dot(vector, vector));
        for (int i = 0; i < vector.Length && length > 0; i++)
        {
            vector[i] /= length;
        }

        return length > 0;
    }
}
