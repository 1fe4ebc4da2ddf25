namespace ModelGen.ClickThrough;

/// <summary>
/// One row of clicks.csv.gz of the small KDD Cup 2012 sample: an advertisement shown in a search session. The ids are text,
/// because a hash of a URL does not fit a signed 64-bit integer.
/// </summary>
public abstract class Kdd12Example
{
    [Label(Column = "click")]
    public bool Clicked { get; set; }

    [Categorical(Column = "url_hash", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string UrlHash { get; set; } = "";

    [Categorical(Column = "ad_id", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Ad { get; set; } = "";

    [Categorical(Column = "advertiser_id", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Advertiser { get; set; } = "";

    [Categorical(Column = "depth", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Depth { get; set; } = "";

    [Categorical(Column = "position", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Position { get; set; } = "";

    [Categorical(Column = "query_id", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Query { get; set; } = "";

    [Categorical(Column = "keyword_id", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Keyword { get; set; } = "";

    [Categorical(Column = "title_id", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Title { get; set; } = "";

    [Categorical(Column = "description_id", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Description { get; set; } = "";

    [Categorical(Column = "user_id", OutOfVocabulary = OutOfVocabulary.Zero)]
    public string User { get; set; } = "";
}
