namespace ModelGen;

/// <summary>What turns the stored numbers of a table back into values.</summary>
internal enum TableScales
{
    /// <summary>Nothing: the numbers are the values, in floating point.</summary>
    None,

    /// <summary>One factor per row; the numbers are symmetric around zero.</summary>
    PerRow,

    /// <summary>One factor for the whole table; the numbers are symmetric around zero.</summary>
    PerTable,

    /// <summary>The least and the greatest value of every dimension: first all least values, then all greatest ones.</summary>
    RangePerDimension,
}
