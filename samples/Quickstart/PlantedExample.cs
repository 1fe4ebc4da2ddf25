namespace ModelGen.Samples;

/// <summary>One drawn example with the probability its label was drawn from.</summary>
/// <param name="User">Index of the user by frequency, 0 for the most frequent.</param>
/// <param name="App">Index of the app by frequency.</param>
/// <param name="Genres">Genres of the app.</param>
/// <param name="Age">Age of the user in years.</param>
/// <param name="Clicked">The label.</param>
/// <param name="Probability">True probability of a click.</param>
internal readonly record struct PlantedExample(int User, int App, int[] Genres, float Age, bool Clicked, float Probability);
