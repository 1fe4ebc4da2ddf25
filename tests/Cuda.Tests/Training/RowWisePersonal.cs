namespace ModelGen.Tests.Training;

/// <summary>Row-wise Adagrad and both penalties on biases, hashed users and items that get vectors of their own; some clusters lose all their members at once.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(Biases = true, L2 = 0.02f, L2PerId = 0.5f)]
[RowWiseAdagrad(LearningRate = 0.05f, Epsilon = 0.01f)]
public partial class RowWisePersonal
{
    [User(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), Hashed(Dimension = 5, Rows = 7)]
    public int User { get; set; }

    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), Clustered(Dimension = 5, Clusters = 16, Initial = 16, PersonalFrom = 1, Pull = 0.5f)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}
