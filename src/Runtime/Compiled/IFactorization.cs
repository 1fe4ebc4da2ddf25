namespace ModelGen.Compiled;

/// <summary>
/// The generated kernels by which a matrix factorisation is trained on all ratings at once, every width a literal. A rating, or the
/// ratings of one row pair taken together, is a cell: a row of the other side, a weight (the number of ratings) and a target (their mean).
/// </summary>
public interface IFactorization
{
    /// <summary>Weight of the squared rows per rating.</summary>
    float L2 { get; }

    /// <summary>Weight of the squared vector of every id.</summary>
    float L2PerId => 0;

    /// <summary>Index of the users' table.</summary>
    int UserTable { get; }

    /// <summary>Index of the items' table.</summary>
    int ItemTable { get; }

    /// <summary>Index of the table of the users' biases, or -1 when there are none.</summary>
    int UserBias => -1;

    /// <summary>Index of the table of the items' biases, or -1 when there are none.</summary>
    int ItemBias => -1;

    /// <summary>gradient = pull x + the sum over cells j of 2 w_j (x y_j - t_j) y_j; products_j = x y_j; adds the sum of w_j (x y_j - t_j)^2 to the loss.</summary>
    void Gradient(
        ref float x, float pull, ref float others, ref int rows, ref float weights, ref float targets, int count, ref float gradient, ref float products, ref double loss);

    /// <summary>
    /// Updates the rows rows[first .. first + count) of a table with gradients that lie one after another without padding. Rows of a
    /// non-negative model are clamped, but not the differences of the ids' own vectors from their clusters'.
    /// </summary>
    void Update(StepContext step, int table, int[] rows, int first, int count, ref float gradients);

    /// <summary>
    /// scores = x C^T for rows of the other side, a multiple of 8 without padding, and the clusters of a table, transposed: element (c, q)
    /// at c times the padded number of clusters plus q.
    /// </summary>
    void Scores(int table, ref float x, ref float clusters, ref float scores, int rows);

    /// <summary>costs[q] = the sum over ratings j of (t_j - scores[row_j, q])^2, for all clusters of a table and their padding.</summary>
    void Costs(int table, ref float scores, ref int rows, ref float targets, int count, ref float costs);
}
