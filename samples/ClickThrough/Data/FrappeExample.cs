namespace ModelGen.ClickThrough;

/// <summary>One row of ctr.csv.gz of frappe: an app used (1) or drawn at random (0), in its context.</summary>
public abstract class FrappeExample
{
    [Label(Column = "label")]
    public bool Used { get; set; }

    [Categorical(Column = "user", OutOfVocabulary = OutOfVocabulary.Zero)]
    public int User { get; set; }

    [Categorical(Column = "item", OutOfVocabulary = OutOfVocabulary.Zero)]
    public int Item { get; set; }

    [Categorical(Column = "daytime", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string DayTime { get; set; } = "";

    [Categorical(Column = "weekday", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string WeekDay { get; set; } = "";

    [Categorical(Column = "isweekend", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string IsWeekend { get; set; } = "";

    [Categorical(Column = "homework", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string HomeWork { get; set; } = "";

    [Categorical(Column = "cost", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Cost { get; set; } = "";

    [Categorical(Column = "weather", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Weather { get; set; } = "";

    [Categorical(Column = "country", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Country { get; set; } = "";

    [Categorical(Column = "city", OutOfVocabulary = OutOfVocabulary.Zero)]
    public int City { get; set; }
}
