using System.Collections.Generic;
using System.Linq;

namespace ModelGen.MovieLens;

/// <summary>A rating as the mean, a bias of the user and one of the movie, each the shrunk mean of what the other leaves, in twenty rounds.</summary>
internal sealed class RatingBiases
{
    private const int Rounds = 20;

    private readonly double _mean;
    private readonly Dictionary<int, double> _users = [];
    private readonly Dictionary<int, double> _movies = [];

    /// <summary>Fits the biases.</summary>
    /// <param name="ratings">Training ratings.</param>
    /// <param name="lambda">Ratings of the mean that every bias is given beforehand.</param>
    public RatingBiases(IReadOnlyCollection<Rating> ratings, double lambda)
    {
        _mean = ratings.Average(r => (double)r.Stars);
        ILookup<int, Rating> byMovie = ratings.ToLookup(r => r.Movie), byUser = ratings.ToLookup(r => r.User);
        for (int round = 0; round < Rounds; round++)
        {
            foreach (IGrouping<int, Rating> movie in byMovie)
            {
                _movies[movie.Key] = movie.Sum(r => r.Stars - _mean - _users.GetValueOrDefault(r.User)) / (lambda + movie.Count());
            }

            foreach (IGrouping<int, Rating> user in byUser)
            {
                _users[user.Key] = user.Sum(r => r.Stars - _mean - _movies.GetValueOrDefault(r.Movie)) / (lambda + user.Count());
            }
        }
    }

    /// <summary>Bytes of the biases and the mean in floats.</summary>
    public long Bytes => sizeof(float) * (_users.Count + _movies.Count + 1L);

    /// <summary>Predicts a rating; unknown users and movies have no bias.</summary>
    public double Predict(Rating rating) => _mean + _users.GetValueOrDefault(rating.User) + _movies.GetValueOrDefault(rating.Movie);
}
