using System;

namespace ModelGen.Cuda;

/// <summary>Results of the driver that are told apart.</summary>
internal static class CudaError
{
    public const int Success = 0;
    public const int InvalidValue = 1;
    public const int OutOfMemory = 2;
    public const int NotInitialized = 3;
    public const int StubLibrary = 34;
    public const int NoDevice = 100;
    public const int InvalidDevice = 101;
    public const int InvalidImage = 200;
    public const int NotFound = 500;
    public const int IllegalAddress = 700;
    public const int LaunchFailed = 719;

    /// <summary>Why a driver that was asked for its devices cannot be used, whatever it answered; null when it can.</summary>
    /// <param name="call">The call that gave the result.</param>
    /// <param name="code">The result.</param>
    /// <param name="name">Its name.</param>
    /// <param name="count">Number of devices after success.</param>
    public static string? WhyNoDevice(string call, int code, string name, int count) => code switch
    {
        Success when count > 0 => null,
        Success or NoDevice or StubLibrary =>
            $"No GPU: the CUDA driver is there but has no device ({(code == Success ? "it counts 0" : name)}). CUDA_VISIBLE_DEVICES in the environment can hide one. Or train on the CPU (Device.Cpu).",
        _ => FormattableString.Invariant($"No GPU: the CUDA driver cannot start: {call} failed with {name} ({code}). Its kernel module may be missing or of another version. Or train on the CPU (Device.Cpu)."),
    };
}
