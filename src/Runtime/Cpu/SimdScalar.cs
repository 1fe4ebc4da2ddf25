using System;
using System.Runtime.CompilerServices;

namespace ModelGen.Compiled;

/// <summary>One float at a time, for widths that no vector divides.</summary>
public readonly struct SimdScalar : ISimd<float>
{
    /// <inheritdoc/>
    public static int Width => 1;

    /// <inheritdoc/>
    public static float Zero => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ref float source, nuint index) => Unsafe.Add(ref source, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float value, ref float target, nuint index) => Unsafe.Add(ref target, index) = value;

    /// <inheritdoc/>
    public static float Broadcast(float value) => value;

    /// <inheritdoc/>
    public static float Add(float a, float b) => a + b;

    /// <inheritdoc/>
    public static float Subtract(float a, float b) => a - b;

    /// <inheritdoc/>
    public static float Multiply(float a, float b) => a * b;

    /// <inheritdoc/>
    public static float Divide(float a, float b) => a / b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    /// <inheritdoc/>
    public static float Sqrt(float a) => MathF.Sqrt(a);

    /// <inheritdoc/>
    public static float Exp(float a) => MathF.Exp(a);

    /// <inheritdoc/>
    public static float Relu(float a) => a > 0 ? a : 0;

    /// <inheritdoc/>
    public static float WherePositive(float b, float a) => b > 0 ? a : 0;

    /// <inheritdoc/>
    public static float WhereLess(float a, float b, float x, float y) => a < b ? x : y;

    /// <inheritdoc/>
    public static float Sum(float a) => a;

    /// <inheritdoc/>
    public static float Least(float a) => a;

    /// <inheritdoc/>
    public static float Lanes => 0;
}
