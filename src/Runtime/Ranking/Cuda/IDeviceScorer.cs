using System;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>Scores all items of a catalogue for queries, which are numbered from 0, on a CUDA device.</summary>
internal interface IDeviceScorer : IDisposable
{
    /// <summary>Items of the catalogue.</summary>
    int Items { get; }

    /// <summary>Adds what lies on the device to a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="queries">Most queries scored at a time.</param>
    void Plan(DeviceMemoryPlan plan, int queries);

    /// <summary>Copies the model to a device. Called once, before anything is scored.</summary>
    /// <param name="device">The device.</param>
    /// <param name="queries">Most queries scored at a time.</param>
    void Open(CudaDevice device, int queries);

    /// <summary>Queues the scores of queries [first, first + count).</summary>
    /// <param name="first">First query.</param>
    /// <param name="count">Queries.</param>
    /// <param name="starts">Where the histories of these queries begin.</param>
    /// <param name="histories">The items met by each of them.</param>
    /// <param name="scores">Count x <see cref="Items"/> scores.</param>
    /// <param name="faults">Set to 1 for a query with a score that is not finite; zero before.</param>
    void Score(int first, int count, DeviceBuffer<int> starts, DeviceBuffer<int> histories, DeviceBuffer<float> scores, DeviceBuffer<int> faults);
}
