namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// The vocabularies of the predictor's text. The keys stay where they were read, and so does the table of their places, which an inference
/// assembly has in its weights (the runtime's KeyPlaces); from a saved model, which has none, it is made, in a few nanoseconds per key.
/// </summary>
internal static class PredictorKeys
{
    /// <summary>The class Integers.</summary>
    public const string Integers = """
        /// <summary>The ids of integer keys.</summary>
        private sealed class Integers
        {
            private readonly nint _keys;
            private readonly nint _places;
            private readonly uint[]? _made;
            private readonly int _shift;

            public Integers(Tensors file, string name)
            {
                _keys = file.Find(name + ".keys", out long bytes);
                Count = checked((int)(bytes / 8));

                // At most half of the places are taken, so that a key is found in one or two steps.
                _shift = Math.Max(34, 62 - BitOperations.Log2((uint)Count | 1));
                _places = file.Places(name, 1 << (64 - _shift));
                if (_places == 0)
                {
                    _made = GC.AllocateArray<uint>(1 << (64 - _shift), pinned: true);
                    _places = Marshal.UnsafeAddrOfPinnedArrayElement(_made, 0);
                    Fill(_made);
                }
            }

            /// <summary>Number of keys.</summary>
            public int Count { get; }

            /// <summary>The key of an id.</summary>
            public long Key(int id) => (uint)id < (uint)Count ? Unsafe.ReadUnaligned<long>(ref ByteAt(_keys + (8 * (nint)id))) : throw new ArgumentOutOfRangeException(nameof(id));

            /// <summary>The id of a key, or -1.</summary>
            public int Find(long key)
            {
                uint last = (1U << (64 - _shift)) - 1;
                for (uint place = Place(key); ; place = (place + 1) & last)
                {
                    int id = (int)Unsafe.ReadUnaligned<uint>(ref ByteAt(_places + (4 * (nint)place))) - 1;
                    if (id < 0 || Key(id) == key)
                    {
                        return id;
                    }
                }
            }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private void Fill(uint[] places)
            {
                for (int id = 0; id < Count; id++)
                {
                    uint place = Place(Key(id));
                    while (places[place] != 0)
                    {
                        place = (place + 1) & (uint)(places.Length - 1);
                    }

                    places[place] = (uint)(id + 1);
                }
            }

            private uint Place(long key) => (uint)(unchecked((ulong)key * 0x9E3779B97F4A7C15UL) >> _shift);
        }
        """;

    /// <summary>The class Texts.</summary>
    public const string Texts = """
        /// <summary>The ids of text keys, which are UTF-8 bytes one after another.</summary>
        private sealed class Texts
        {
            private const ulong Factor = 0x9E3779B97F4A7C15UL;

            private readonly string _name;
            private readonly nint _keys;
            private readonly long _bytes;
            private readonly nint _offsets;
            private readonly nint _places;
            private readonly uint[]? _made;
            private readonly int _shift;
            private readonly uint _ids;
            private string?[]? _texts;

            // The entry of a place is an id + 1 in as many bits as it needs, and above it bits of the hash.
            public Texts(Tensors file, string name)
            {
                _name = name;
                _keys = file.Find(name + ".keys", out _bytes);
                _offsets = file.Find(name + ".offsets", out long offsetBytes);
                Count = checked((int)Math.Max(0, (offsetBytes / 8) - 1));
                _shift = Math.Max(34, 62 - BitOperations.Log2((uint)Count | 1));
                _ids = (uint)((1UL << (BitOperations.Log2((uint)Count) + 1)) - 1);
                _places = file.Places(name, 1 << (64 - _shift));
                if (_places == 0)
                {
                    _made = GC.AllocateArray<uint>(1 << (64 - _shift), pinned: true);
                    _places = Marshal.UnsafeAddrOfPinnedArrayElement(_made, 0);
                    Fill(_made);
                }
            }

            /// <summary>Number of keys.</summary>
            public int Count { get; }

            /// <summary>The key of an id; made when it is asked for the first time.</summary>
            public string Key(int id)
            {
                string?[] texts = _texts ??= new string?[Count];
                return texts[id] ??= Encoding.UTF8.GetString(Bytes(id));
            }

            /// <summary>The id of a key, or -1.</summary>
            public int Find(ReadOnlySpan<char> key)
            {
                if (key.Length is < 4 or > 16)
                {
                    return FindAny(key);
                }

                // Short texts of ASCII are hashed and compared in registers, as their first and their last eight bytes, or four.
                ref byte from = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(key));
                int length = key.Length, last = 2 * (length - (length < 8 ? 4 : 8));
                ulong any = 0, head = Narrow(ref from, ref any), tail = Narrow(ref Unsafe.Add(ref from, last), ref any);
                if (length >= 8)
                {
                    head |= Narrow(ref Unsafe.Add(ref from, 8), ref any) << 32;
                    tail |= Narrow(ref Unsafe.Add(ref from, last + 8), ref any) << 32;
                }

                return (any & 0xFF80FF80FF80FF80UL) == 0 ? Find(length, head, tail) : FindAny(key);
            }

            // The lower bytes of four characters.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static ulong Narrow(ref byte from, ref ulong any)
            {
                ulong four = Unsafe.ReadUnaligned<ulong>(ref from);
                any |= four;
                four = (four | (four >> 8)) & 0x0000FFFF0000FFFFUL;
                return (uint)(four | (four >> 16));
            }

            private int Find(int length, ulong head, ulong tail)
            {
                ulong hash = Hash(length, head, tail), last = (1UL << (64 - _shift)) - 1;
                for (ulong place = hash >> _shift; ; place = (place + 1) & last)
                {
                    uint found = Unsafe.ReadUnaligned<uint>(ref ByteAt(_places + (4 * (nint)place)));
                    if (found == 0)
                    {
                        return -1;
                    }

                    int id = (int)(found & _ids) - 1;
                    if (((found ^ (uint)hash) & ~_ids) != 0 || Bytes(id) is var bytes && bytes.Length != length)
                    {
                        continue;
                    }

                    ref byte first = ref MemoryMarshal.GetReference(bytes);
                    if (length >= 8
                        ? Unsafe.ReadUnaligned<ulong>(ref first) == head && Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, length - 8)) == tail
                        : Unsafe.ReadUnaligned<uint>(ref first) == (uint)head && Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, length - 4)) == (uint)tail)
                    {
                        return id;
                    }
                }
            }

            // The hash of 4 to 16 bytes from their ends.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static ulong Hash(int length, ulong head, ulong tail)
            {
                ulong hash = unchecked((ulong)length * Factor);
                if (length < 8)
                {
                    return MixLast(hash, head | (tail << 32));
                }

                hash = Mix(hash, head);
                int left = length - 8;
                ulong behind = tail >> (8 * (8 - left));
                return left switch
                {
                    0 => MixLast(hash, 0),
                    8 => MixLast(Mix(hash, tail), 0),
                    >= 4 => MixLast(hash, (uint)behind | (tail >> 32 << 32)),
                    _ => MixLast(hash, (byte)behind | ((ulong)(byte)(behind >> (8 * (left >> 1))) << 8) | (tail >> 56 << 16)),
                };
            }

            [MethodImpl(MethodImplOptions.NoInlining)]
            private int FindAny(ReadOnlySpan<char> key)
            {
                byte[]? rented = key.Length > 128 ? ArrayPool<byte>.Shared.Rent(3 * key.Length) : null;
                Span<byte> bytes = rented ?? stackalloc byte[384];

                // Half a surrogate pair is no key.
                int id = Utf8.FromUtf16(key, bytes, out _, out int length, replaceInvalidSequences: false) == OperationStatus.Done ? Find(bytes[..length]) : -1;
                if (rented is not null)
                {
                    ArrayPool<byte>.Shared.Return(rented);
                }

                return id;
            }

            private int Find(ReadOnlySpan<byte> key)
            {
                ulong hash = Hash(key), last = (1UL << (64 - _shift)) - 1;
                for (ulong place = hash >> _shift; ; place = (place + 1) & last)
                {
                    uint found = Unsafe.ReadUnaligned<uint>(ref ByteAt(_places + (4 * (nint)place)));
                    if (found == 0)
                    {
                        return -1;
                    }

                    int id = (int)(found & _ids) - 1;
                    if (((found ^ (uint)hash) & ~_ids) == 0 && Bytes(id).SequenceEqual(key))
                    {
                        return id;
                    }
                }
            }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private void Fill(uint[] places)
            {
                for (int id = 0; id < Count; id++)
                {
                    ulong hash = Hash(Bytes(id)), place = hash >> _shift;
                    while (places[place] != 0)
                    {
                        place = (place + 1) & (ulong)(places.Length - 1);
                    }

                    places[place] = ((uint)hash & ~_ids) | (uint)(id + 1);
                }
            }

            private long Offset(int id) => Unsafe.ReadUnaligned<long>(ref ByteAt(_offsets + (8 * (nint)id)));

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private ReadOnlySpan<byte> Bytes(int id)
            {
                if ((uint)id >= (uint)Count)
                {
                    throw new InvalidDataException($"The places of {_name} lead to the key {id} of {Count}.");
                }

                long start = Offset(id), end = Offset(id + 1);
                return start >= 0 && end >= start && end <= _bytes && end - start <= Array.MaxLength
                    ? MemoryMarshal.CreateReadOnlySpan(ref ByteAt(_keys + (nint)start), (int)(end - start))
                    : throw new InvalidDataException($"The keys of {_name} do not rise through their {_bytes} bytes.");
            }

            // Eight bytes at a time; the rest overlaps them.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static ulong Hash(ReadOnlySpan<byte> key)
            {
                ref byte at = ref MemoryMarshal.GetReference(key);
                int length = key.Length;
                ulong hash = unchecked((ulong)length * Factor), rest = 0;
                for (; length >= 8; length -= 8, at = ref Unsafe.Add(ref at, 8))
                {
                    hash = Mix(hash, Unsafe.ReadUnaligned<ulong>(ref at));
                }

                if (length >= 4)
                {
                    rest = Unsafe.ReadUnaligned<uint>(ref at) | ((ulong)Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref at, length - 4)) << 32);
                }
                else if (length > 0)
                {
                    rest = at | ((ulong)Unsafe.Add(ref at, length >> 1) << 8) | ((ulong)Unsafe.Add(ref at, length - 1) << 16);
                }

                return MixLast(hash, rest);
            }

            private static ulong Mix(ulong hash, ulong eight) => unchecked((BitOperations.RotateLeft(hash, 29) ^ eight) * Factor);

            private static ulong MixLast(ulong hash, ulong rest)
            {
                hash = Mix(hash, rest);
                return unchecked((hash ^ (hash >> 32)) * Factor);
            }
        }
        """;
}
