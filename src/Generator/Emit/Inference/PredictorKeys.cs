namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// The vocabularies of the predictor's text. The keys stay where they were read; what is made of them is one table of places, so that loading
/// takes a few nanoseconds per key and a key costs no object.
/// </summary>
internal static class PredictorKeys
{
    /// <summary>The class Integers.</summary>
    public const string Integers = """
        /// <summary>The ids of integer keys.</summary>
        private sealed class Integers
        {
            private readonly nint _keys;
            private readonly int[] _slots;
            private readonly int _shift;

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public Integers(Tensors file, string name)
            {
                _keys = file.Find(name + ".keys", out long bytes);
                Count = checked((int)(bytes / 8));

                // At most half of the slots are taken, so that a key is found in one or two steps.
                _shift = Math.Max(34, 62 - BitOperations.Log2((uint)Count | 1));
                _slots = new int[1 << (64 - _shift)];
                for (int id = 0; id < Count; id++)
                {
                    uint slot = Slot(Key(id));
                    while (_slots[slot] != 0)
                    {
                        slot = (slot + 1) & (uint)(_slots.Length - 1);
                    }

                    _slots[slot] = id + 1;
                }
            }

            /// <summary>Number of keys.</summary>
            public int Count { get; }

            /// <summary>The key of an id.</summary>
            public long Key(int id) => (uint)id < (uint)Count ? Unsafe.ReadUnaligned<long>(ref ByteAt(_keys + (8 * (nint)id))) : throw new ArgumentOutOfRangeException(nameof(id));

            /// <summary>The id of a key, or -1.</summary>
            public int Find(long key)
            {
                for (uint slot = Slot(key); ; slot = (slot + 1) & (uint)(_slots.Length - 1))
                {
                    int id = _slots[slot] - 1;
                    if (id < 0 || Key(id) == key)
                    {
                        return id;
                    }
                }
            }

            private uint Slot(long key) => (uint)(unchecked((ulong)key * 0x9E3779B97F4A7C15UL) >> _shift);
        }
        """;

    /// <summary>The class Texts.</summary>
    public const string Texts = """
        /// <summary>The ids of text keys, which are UTF-8 bytes one after another.</summary>
        private sealed class Texts
        {
            private readonly nint _keys;
            private readonly nint _offsets;
            private readonly uint[] _slots;
            private readonly int _shift;
            private readonly uint _ids;
            private string?[]? _texts;

            // A slot is an id + 1 in as many bits as it needs, and above it bits of the hash.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public Texts(Tensors file, string name)
            {
                _keys = file.Find(name + ".keys", out long bytes);
                _offsets = file.Find(name + ".offsets", out long offsetBytes);
                Count = checked((int)Math.Max(0, (offsetBytes / 8) - 1));
                _shift = Math.Max(34, 62 - BitOperations.Log2((uint)Count | 1));
                _slots = new uint[1 << (64 - _shift)];
                _ids = (uint)((1UL << (BitOperations.Log2((uint)Count) + 1)) - 1);
                for (int id = 0; id < Count; id++)
                {
                    if (Offset(id) < 0 || Offset(id + 1) < Offset(id) || Offset(id + 1) > bytes || Offset(id + 1) - Offset(id) > Array.MaxLength)
                    {
                        throw new InvalidDataException($"The keys of {name} do not rise through their {bytes} bytes.");
                    }

                    ulong hash = Hash(Bytes(id));
                    ulong slot = hash >> _shift;
                    while (_slots[slot] != 0)
                    {
                        slot = (slot + 1) & (ulong)(_slots.Length - 1);
                    }

                    _slots[slot] = ((uint)hash & ~_ids) | (uint)(id + 1);
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
                ulong hash = Hash(key);
                for (ulong slot = hash >> _shift; ; slot = (slot + 1) & (ulong)(_slots.Length - 1))
                {
                    uint found = _slots[slot];
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

            private long Offset(int id) => Unsafe.ReadUnaligned<long>(ref ByteAt(_offsets + (8 * (nint)id)));

            private ReadOnlySpan<byte> Bytes(int id) => MemoryMarshal.CreateReadOnlySpan(ref ByteAt(_keys + (nint)Offset(id)), (int)(Offset(id + 1) - Offset(id)));

            // Eight bytes at a time; the rest overlaps them.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static ulong Hash(ReadOnlySpan<byte> key)
            {
                const ulong Factor = 0x9E3779B97F4A7C15UL;
                ref byte at = ref MemoryMarshal.GetReference(key);
                int length = key.Length;
                ulong hash = unchecked((ulong)length * Factor), rest = 0;
                for (; length >= 8; length -= 8, at = ref Unsafe.Add(ref at, 8))
                {
                    hash = unchecked((BitOperations.RotateLeft(hash, 29) ^ Unsafe.ReadUnaligned<ulong>(ref at)) * Factor);
                }

                if (length >= 4)
                {
                    rest = Unsafe.ReadUnaligned<uint>(ref at) | ((ulong)Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref at, length - 4)) << 32);
                }
                else if (length > 0)
                {
                    rest = at | ((ulong)Unsafe.Add(ref at, length >> 1) << 8) | ((ulong)Unsafe.Add(ref at, length - 1) << 16);
                }

                hash = unchecked((BitOperations.RotateLeft(hash, 29) ^ rest) * Factor);
                return unchecked((hash ^ (hash >> 32)) * Factor);
            }
        }
        """;
}
