using ModelGen.Cuda;

namespace ModelGen;

/// <summary>The ratings of the ids of one side of a factorisation in device memory.</summary>
internal sealed class DeviceRatings
{
    private readonly FactorSide _side;

    /// <summary>Copies the ratings of a side to the device.</summary>
    public DeviceRatings(CudaDevice device, FactorSide side)
    {
        _side = side;
        string name = side.Feature.Name;
        Starts = device.Allocate<int>($"starts of {name}", side.Lists.Starts.Length);
        Others = device.Allocate<int>($"ids met by {name}", side.Lists.Others.Length);
        Targets = device.Allocate<float>($"targets of {name}", side.Targets.Length);
        Starts.Upload(side.Lists.Starts);
        Others.Upload(side.Lists.Others);
        Targets.Upload(side.Targets);
    }

    /// <summary>First ratings of the ids; one entry more than ids.</summary>
    public DeviceBuffer<int> Starts { get; }

    /// <summary>Id of the other side of every rating.</summary>
    public DeviceBuffer<int> Others { get; }

    /// <summary>What the vectors have to explain of every rating; with biases this changes with every step.</summary>
    public DeviceBuffer<float> Targets { get; }

    /// <summary>Adds the memory of one side to a plan.</summary>
    public static void Plan(DeviceMemoryPlan plan, FactorSide side) =>
        plan.Add<float>($"ratings by {side.Feature.Name}", side.Lists.Ids + (2L * side.Targets.Length));

    /// <summary>Takes over the targets of the host.</summary>
    public void Refresh()
    {
        if (_side.Biases is not null)
        {
            Targets.Upload(_side.Targets);
        }
    }
}
