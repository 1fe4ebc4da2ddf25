using System;

namespace ModelGen;

/// <summary>Scores all items of a catalogue for queries, which are numbered from 0. What a query is the scorer knows: a user, a history.</summary>
internal interface IQueryScorer
{
    /// <summary>Items of the catalogue.</summary>
    int Items { get; }

    /// <summary>Prepares queries [first, first + count) before they are scored; called on one thread, and not while others are scored.</summary>
    void Prepare(int first, int count);

    /// <summary>
    /// Scores all items for some of the prepared queries. Called from several threads, each of which uses a lane of its own.
    /// </summary>
    /// <param name="lane">Number of the thread's working memory.</param>
    /// <param name="first">First query.</param>
    /// <param name="count">Queries, at most <see cref="RankingRun.BlockQueries"/>.</param>
    /// <param name="scores">Count x <see cref="Items"/> raw scores, row by row.</param>
    void Score(int lane, int first, int count, Span<float> scores);
}
