using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Compiled;

public sealed partial class OnnxModelBuilder
{
    /// <summary>
    /// Declares the histories, keys [batch, items] filled up with -1 or "", and turns them into ids. Padding and unknown keys become the id
    /// behind the last, whose row is zero.
    /// </summary>
    public string HistoryIds(Vocabulary items)
    {
        CategoricalFeature feature = items.Feature with { IsBag = true, OutOfVocabulary = OutOfVocabulary.Zero };
        return Ids(feature, items.Feature.KeyKind == KeyKind.Text ? new Vocabulary(feature, items.TextKeys) : new Vocabulary(feature, items.IntegerKeys));
    }

    /// <summary>Adds unit rows to the model, with a row of zeros behind the last: values and columns [items + 1, entries]. Rows with fewer entries are filled up with zeros.</summary>
    public void AddRows(CollapsedRows rows)
    {
        int width = Enumerable.Range(0, rows.Rows).Max(rows.CountOf);
        float[] values = new float[(rows.Rows + 1L) * width];
        int[] columns = new int[rows.IsFull ? 0 : values.Length];
        for (int row = 0; row < rows.Rows; row++)
        {
            for (int j = 0; j < rows.CountOf(row); j++)
            {
                values[((long)row * width) + j] = rows.ValueOf(row, j);
                if (!rows.IsFull)
                {
                    columns[((long)row * width) + j] = rows.ColumnOf(row, j);
                }
            }
        }

        // Values are kept in the format of the model where it is a float, columns as 32-bit integers, which Gather reads everywhere.
        if (rows.Format == TableFormat.Float16)
        {
            Initializer(rows.Name, OnnxType.Float16, TensorContent.From<Half>(Array.ConvertAll(values, v => (Half)v)), [rows.Rows + 1, width]);
        }
        else
        {
            Initializer(rows.Name, values, rows.Rows + 1, width);
        }

        if (!rows.IsFull)
        {
            Initializer(rows.Name + ".index", columns, rows.Rows + 1, width);
        }
    }

    /// <summary>The sum of the rows of each history, [batch, dimension].</summary>
    public string HistorySum(CollapsedRows rows, string history)
    {
        string values = Cast(Gather(rows.Name, history), OnnxType.Float);
        if (rows.IsFull)
        {
            return ReduceSum(values, keepDimensions: false, 1);
        }

        string columns = Reshape(Cast(Gather(rows.Name + ".index", history), OnnxType.Int64), 0, -1);
        string batch = Unsqueeze(Gather(Node("Shape", [history]), Constant(0L)), 0);
        string shape = Concat(0, batch, Constants(rows.Dimension));
        return Node(
            "ScatterElements", [Node("Expand", [Constant(0f), shape]), columns, Reshape(values, 0, -1)],
            [OnnxAttribute.Int("axis", 1), OnnxAttribute.String("reduction", "add")]);
    }

    /// <summary>The inner products of each vector and every row, [batch, items + 1], the last for the row of zeros.</summary>
    public string Similarity(CollapsedRows rows, string user)
    {
        string values = Cast(rows.Name, OnnxType.Float);
        return rows.IsFull
            ? MatMul(user, Transpose(values, 1, 0))
            : ReduceSum(Mul(Gather(user, rows.Name + ".index", axis: 1), values), keepDimensions: false, 2);
    }

    /// <summary>
    /// Makes the best items the outputs: "items", "scores", and "item_numbers", the ids as floats. Items of the history, the row of
    /// zeros and items never seen in training are no candidates.
    /// </summary>
    public void BestItems(CollapsedRetrieval weights, string scores, string history, int count)
    {
        int items = weights.Rows.Rows;
        string shape = Node("Shape", [history]);
        string never = Node("Expand", [Constant(float.NegativeInfinity), shape]);
        string masked = Node("ScatterElements", [scores, history, never], [OnnxAttribute.Int("axis", 1)]);
        float[] excluded = new float[items + 1];
        excluded[items] = float.NegativeInfinity;
        foreach (int item in weights.Unseen)
        {
            excluded[item] = float.NegativeInfinity;
        }

        masked = Add(masked, Initializer(weights.Rows.Name + ".excluded", excluded, items + 1));
        (string best, string ids) = TopK(masked, count);
        Output(ids, "items", OnnxType.Int64, "batch", count);
        Output(best, "scores", OnnxType.Float, "batch", count);
        Output(Cast(ids, OnnxType.Float), "item_numbers", OnnxType.Float, "batch", count);
    }

    /// <summary>The largest values along the last axis, in falling order, and their indices.</summary>
    public (string Values, string Indices) TopK(string x, long count)
    {
        string values = Fresh("TopK"), indices = Fresh("TopK_indices");
        AddNode("TopK", [x, Constants(count)], [values, indices], [OnnxAttribute.Int("axis", -1)], "");
        return (values, indices);
    }
}
