using ModelGen.Cuda;

namespace ModelGen;

/// <summary>The vectors of the ids' own of one side of a factorisation in device memory, and the clusters to which they are pulled.</summary>
internal sealed class DevicePersonal
{
    private readonly FactorSide _side;
    private readonly DeviceTable _residuals;
    private readonly DeviceBuffer<float> _whole;
    private readonly DeviceBuffer<int> _clusters;
    private readonly DeviceBuffer<int> _nearest;
    private readonly DeviceBuffer<int> _rated;
    private readonly DeviceBuffer<int> _stays;

    /// <summary>Allocates what a side needs.</summary>
    public DevicePersonal(CudaDevice device, FactorSide side)
    {
        _side = side;
        string name = side.Feature.Name;
        _residuals = new DeviceTable(device, side.Personal!.Residuals);
        _whole = device.Allocate<float>($"vectors of {name}", (long)side.Lists.Ids * side.Width);
        _clusters = device.Allocate<int>($"clusters of {name}", side.Lists.Ids);
        _nearest = device.Allocate<int>($"nearest clusters of {name}", side.Lists.Ids);
        _rated = device.Allocate<int>($"members of {name}", side.Table.Rows);
        _stays = device.Allocate<int>($"clusters that keep a member of {name}", side.Table.Rows);
    }

    /// <summary>Whether the phase had begun when parameters were last copied to the device.</summary>
    public bool IsActive { get; private set; }

    /// <summary>The vectors of the ids.</summary>
    public ulong Whole => _whole.Address.Value;

    /// <summary>The differences of the ids from their clusters, which are updated.</summary>
    public DeviceTable Residuals => _residuals;

    /// <summary>Adds the memory of one side to a plan.</summary>
    public static void Plan(DeviceMemoryPlan plan, FactorSide side) =>
        plan.Add<float>($"vectors of {side.Feature.Name}", ((long)side.Lists.Ids * (side.Width + 2)) + (2 * side.Table.Rows));

    /// <summary>The fields of the struct Side that belong to it.</summary>
    /// <param name="shared">The vectors of the clusters.</param>
    public ulong[] Fields(ulong shared) => IsActive
        ? [shared, _residuals.Values, _clusters.Address.Value, _rated.Address.Value, _stays.Address.Value, _nearest.Address.Value, (ulong)_side.Table.Assignment!.Live]
        : new ulong[7];

    /// <summary>Copies differences and clusters to the device once the phase has begun.</summary>
    public void Upload()
    {
        IsActive = _side.IsPersonal;
        if (IsActive)
        {
            _residuals.Upload();
            _clusters.Upload(_side.Table.Assignment!.Clusters);
        }
    }

    /// <summary>Copies differences and clusters to the host when the device has them.</summary>
    public void Download()
    {
        if (IsActive)
        {
            _residuals.Download();
            _clusters.Download(_side.Table.Assignment!.Clusters);
        }
    }
}
