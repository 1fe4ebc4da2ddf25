using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelGen.Compiled;

/// <summary>Sums over the lanes of several vectors at once, which takes far fewer instructions than one vector after another.</summary>
public static class LaneSums
{
    /// <summary>target[0..4) += the lane sums of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFour<S, V>(V a, V b, V c, V d, ref float target)
        where S : struct, ISimd<V> where V : struct
    {
        if (typeof(V) == typeof(Vector512<float>) && Avx512F.IsSupported)
        {
            Vector512<float> va = Unsafe.BitCast<V, Vector512<float>>(a), vb = Unsafe.BitCast<V, Vector512<float>>(b);
            Vector512<float> vc = Unsafe.BitCast<V, Vector512<float>>(c), vd = Unsafe.BitCast<V, Vector512<float>>(d);

            // Quarters of a and b side by side, then of all four, then the lanes of each quarter.
            Vector512<float> ab = Avx512F.Shuffle4x128(va, vb, 0x44) + Avx512F.Shuffle4x128(va, vb, 0xEE);
            Vector512<float> cd = Avx512F.Shuffle4x128(vc, vd, 0x44) + Avx512F.Shuffle4x128(vc, vd, 0xEE);
            Vector512<float> all = Avx512F.Shuffle4x128(ab, cd, 0x88) + Avx512F.Shuffle4x128(ab, cd, 0xDD);
            all += Avx512F.Permute4x32(all, 0b10_11_00_01);
            all += Avx512F.Permute4x32(all, 0b01_00_11_10);
            Vector128<float> sums = Avx512F.PermuteVar16x32(all, Vector512.Create(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).GetLower().GetLower();
            (Vector128.LoadUnsafe(ref target) + sums).StoreUnsafe(ref target);
            return;
        }

        target += S.Sum(a);
        Unsafe.Add(ref target, 1) += S.Sum(b);
        Unsafe.Add(ref target, 2) += S.Sum(c);
        Unsafe.Add(ref target, 3) += S.Sum(d);
    }
}
