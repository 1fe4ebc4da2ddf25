namespace ModelGen.Compiled;

/// <summary>
/// Vector arithmetic of one width. Generated code is generic over it with struct type arguments, so that the just-in-time
/// compiler writes one specialised body per width and no call remains.
/// </summary>
/// <typeparam name="TVector">The vector of floats.</typeparam>
public interface ISimd<TVector> where TVector : struct
{
    /// <summary>Floats per vector.</summary>
    static abstract int Width { get; }

    /// <summary>A vector of zeros.</summary>
    static abstract TVector Zero { get; }

    /// <summary>Reads a vector at <paramref name="index"/> floats past <paramref name="source"/>.</summary>
    static abstract TVector Load(ref float source, nuint index);

    /// <summary>Writes a vector at <paramref name="index"/> floats past <paramref name="target"/>.</summary>
    static abstract void Store(TVector value, ref float target, nuint index);

    /// <summary>All lanes equal to a scalar.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a - b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a * b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a / b.</summary>
    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a * b + c, rounded once where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>Square root.</summary>
    static abstract TVector Sqrt(TVector a);

    /// <summary>e^a, within a few units in the last place, which may depend on the width.</summary>
    static abstract TVector Exp(TVector a);

    /// <summary>max(a, 0).</summary>
    static abstract TVector Relu(TVector a);

    /// <summary>a where b is above zero, else zero.</summary>
    static abstract TVector WherePositive(TVector b, TVector a);

    /// <summary>x where a is below b, else y; y where either is not a number.</summary>
    static abstract TVector WhereLess(TVector a, TVector b, TVector x, TVector y);

    /// <summary>Sum of all lanes.</summary>
    static abstract float Sum(TVector a);

    /// <summary>The least of all lanes, none of which is NaN.</summary>
    static abstract float Least(TVector a);

    /// <summary>The number of each lane, from 0.</summary>
    static abstract TVector Lanes { get; }
}
