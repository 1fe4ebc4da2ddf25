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

    /// <summary>Results that mean that the machine has no usable device: no device, and a library that only stands in for the driver.</summary>
    public static bool MeansNoDevice(int code) => code is NoDevice or StubLibrary;
}
