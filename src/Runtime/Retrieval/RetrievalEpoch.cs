namespace ModelGen;

/// <summary>What came of one epoch of a retrieval model.</summary>
/// <param name="Epoch">Number of the epoch, 1 for the first.</param>
/// <param name="Kept">Entries kept per row.</param>
/// <param name="Loss">Mean over the users of 2 - 2 cos, each batch measured before its own update.</param>
/// <param name="Seconds">Time of the training steps, without checkpoints.</param>
/// <param name="UsersPerSecond">Training speed.</param>
public sealed record RetrievalEpoch(int Epoch, int Kept, double Loss, double Seconds, double UsersPerSecond);
