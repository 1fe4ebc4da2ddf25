namespace ModelGen.Bench;

/// <summary>
/// The inputs of the click benchmark: 13 numeric fields and 26 categorical ones with the cardinalities of the Criteo-Kaggle set,
/// each capped at 100,000 as in the peer.
/// </summary>
public class CtrFields
{
    [Label]
    public bool Clicked { get; set; }

    [Numeric]
    public float N0 { get; set; }

    [Numeric]
    public float N1 { get; set; }

    [Numeric]
    public float N2 { get; set; }

    [Numeric]
    public float N3 { get; set; }

    [Numeric]
    public float N4 { get; set; }

    [Numeric]
    public float N5 { get; set; }

    [Numeric]
    public float N6 { get; set; }

    [Numeric]
    public float N7 { get; set; }

    [Numeric]
    public float N8 { get; set; }

    [Numeric]
    public float N9 { get; set; }

    [Numeric]
    public float N10 { get; set; }

    [Numeric]
    public float N11 { get; set; }

    [Numeric]
    public float N12 { get; set; }

    [Categorical(Cardinality = 1460)]
    public int C0 { get; set; }

    [Categorical(Cardinality = 583)]
    public int C1 { get; set; }

    [Categorical(Cardinality = 100000)]
    public int C2 { get; set; }

    [Categorical(Cardinality = 100000)]
    public int C3 { get; set; }

    [Categorical(Cardinality = 305)]
    public int C4 { get; set; }

    [Categorical(Cardinality = 24)]
    public int C5 { get; set; }

    [Categorical(Cardinality = 12517)]
    public int C6 { get; set; }

    [Categorical(Cardinality = 633)]
    public int C7 { get; set; }

    [Categorical(Cardinality = 3)]
    public int C8 { get; set; }

    [Categorical(Cardinality = 93145)]
    public int C9 { get; set; }

    [Categorical(Cardinality = 5683)]
    public int C10 { get; set; }

    [Categorical(Cardinality = 100000)]
    public int C11 { get; set; }

    [Categorical(Cardinality = 3194)]
    public int C12 { get; set; }

    [Categorical(Cardinality = 27)]
    public int C13 { get; set; }

    [Categorical(Cardinality = 14992)]
    public int C14 { get; set; }

    [Categorical(Cardinality = 100000)]
    public int C15 { get; set; }

    [Categorical(Cardinality = 10)]
    public int C16 { get; set; }

    [Categorical(Cardinality = 5652)]
    public int C17 { get; set; }

    [Categorical(Cardinality = 2173)]
    public int C18 { get; set; }

    [Categorical(Cardinality = 4)]
    public int C19 { get; set; }

    [Categorical(Cardinality = 100000)]
    public int C20 { get; set; }

    [Categorical(Cardinality = 18)]
    public int C21 { get; set; }

    [Categorical(Cardinality = 15)]
    public int C22 { get; set; }

    [Categorical(Cardinality = 100000)]
    public int C23 { get; set; }

    [Categorical(Cardinality = 105)]
    public int C24 { get; set; }

    [Categorical(Cardinality = 100000)]
    public int C25 { get; set; }
}
