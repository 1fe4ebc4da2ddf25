namespace ModelGen.Regimes;

/// <summary>What the models of the study have in common.</summary>
public interface IPlantedModel
{
    /// <summary>The label.</summary>
    bool Clicked { get; set; }

    /// <summary>The user.</summary>
    int User { get; set; }

    /// <summary>The app.</summary>
    int App { get; set; }
}
