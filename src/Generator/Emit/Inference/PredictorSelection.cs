namespace ModelGen.Generator.Emit.Inference;

/// <summary>The choice of the best of many scores in the texts of predictors and retrievers.</summary>
internal static class PredictorSelection
{
    /// <summary>
    /// Candidates are gathered as words that sort best first, equal scores by id; when there is no more room for them, the best are kept and the
    /// worst of these is the score to beat.
    /// </summary>
    public const string Text = """
        [ThreadStatic]
        private static ulong[]? t_candidates;

        // Room for the candidates of a list.
        private static Span<ulong> Candidates(int most)
        {
            int length = (2 * most) + 256;
            if (t_candidates is not { } room || room.Length < length)
            {
                room = t_candidates = new ulong[length];
            }

            return room.AsSpan(0, length);
        }

        // Gathers what beats the worst of the list so far from the scores of items that follow one another; a score that is no number never does.
        private static int Collect(ReadOnlySpan<float> part, int first, ReadOnlySpan<int> excluded, Span<ulong> candidates, int count, int most, ref float worst)
        {
            ref float values = ref MemoryMarshal.GetReference(part);
            Vector256<float> least = Vector256.Create(worst);
            for (int i = 0; i < part.Length; i++)
            {
                while (i + 16 <= part.Length && !Vector256.GreaterThanAny(Vector256.LoadUnsafe(ref values, (nuint)i), least) && !Vector256.GreaterThanAny(Vector256.LoadUnsafe(ref values, (nuint)i + 8), least))
                {
                    i += 16;
                }

                if (i >= part.Length || !(part[i] > worst) || excluded.Contains(first + i))
                {
                    continue;
                }

                // Ordered like the score, and turned round; both zeros are one.
                int bits = BitConverter.SingleToInt32Bits(part[i] + 0f);
                candidates[count++] = ((ulong)(uint)(bits ^ (~bits >> 31 & 0x7FFFFFFF)) << 32) | (uint)(first + i);
                if (count == candidates.Length)
                {
                    candidates.Sort();
                    count = most;
                    worst = ScoreOf(candidates[most - 1]);
                    least = Vector256.Create(worst);
                }
            }

            return count;
        }

        // The list, best first.
        private static int Best(Span<ulong> candidates, Span<int> items, Span<float> scores)
        {
            candidates.Sort();
            int count = Math.Min(candidates.Length, Math.Min(items.Length, scores.Length));
            for (int i = 0; i < count; i++)
            {
                (items[i], scores[i]) = ((int)(uint)candidates[i], ScoreOf(candidates[i]));
            }

            return count;
        }

        private static float ScoreOf(ulong candidate)
        {
            int bits = (int)(uint)(candidate >> 32);
            return BitConverter.Int32BitsToSingle(bits ^ (~bits >> 31 & 0x7FFFFFFF));
        }
        """;
}
