namespace ModelGen;

/// <summary>Indexed work for a <see cref="WorkerTeam"/>. Items own their outputs, so the result is the same on any number of threads.</summary>
internal interface ITeamWork
{
    /// <summary>Does item <paramref name="item"/>; called once per item, on any thread of the team.</summary>
    void Execute(int item);
}
