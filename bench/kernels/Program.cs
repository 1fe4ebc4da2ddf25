using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ModelGen.Kernels;

// The kernels that generated code calls, each by itself and in every vector width of the processor. Whole training steps and served models
// are measured by the project one folder up.
BenchmarkSwitcher.FromTypes([typeof(ProductTiles), typeof(NearestCentroids), typeof(RowSums)])
    .Run(args, DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
