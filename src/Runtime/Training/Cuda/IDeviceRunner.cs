using System;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>Takes steps on a device.</summary>
internal interface IDeviceRunner : IDisposable
{
    /// <summary>Device memory of the run; null when nothing runs on a device.</summary>
    DeviceMemoryPlan? Plan { get; }
}
