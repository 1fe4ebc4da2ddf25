using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Cuda;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Clusters;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>A factorisation is trained on all ratings at once on a device with the results of the CPU: steps, splits and reassignments.</summary>
[TestClass]
public sealed class FactorizationTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Runs_give_the_losses_and_clusters_of_the_CPU()
    {
        // Clusters that split and ids that move between them, on one side and on both; empty rows are among them.
        Same<MfItems>(Devices.Device());
        Same<MfClustered>(Devices.Device());
        Requires.HostCompiler();
        Same<MfClustered>(Device.Cuda(0, HostCudaDriver.Platform(checks: true)));
    }

    [TestMethod]
    public void Biases_vectors_of_the_ids_own_and_row_wise_state_give_the_parameters_of_the_CPU()
    {
        Same<BothBiased>(Devices.Device(), examples: 2400, keys: 60, epochs: 20, rate: 0.002f);
        Same<BothPersonal>(Devices.Device(), examples: 600, keys: 40);
        Same<FreePersonal>(Devices.Device(), examples: 600, keys: 30, rate: 0.01f);
        Same<MfNonNegative>(Devices.Device());
        Same<RowWisePersonal>(Devices.Device(), examples: 150, keys: 60, rate: 0.3f);
        Requires.HostCompiler();
        Same<RowWisePersonal>(Device.Cuda(0, HostCudaDriver.Platform(checks: true)), examples: 150, keys: 60, rate: 0.3f);
    }

    [TestMethod]
    public void Kernels_of_biases_and_of_vectors_of_the_ids_own_compile_without_spills()
    {
        NvrtcCompiler compiler = Requires.Nvrtc();
        KernelSource source = CudaStepRunner.SourceFor(CudaOf<RowWisePersonal>(), nameof(RowWisePersonal), MatrixPrecision.Exact, KernelCompilation.DeviceOf(70));
        KernelCompilation.AssertNoSpills(TestContext, compiler, source, KernelCompilation.Capabilities(compiler));

        static string CudaOf<T>()
            where T : class, IEmbeddingModel<T> => T.Cuda!.FullBatch!;
    }

    [TestMethod]
    public void A_step_is_one_replay_of_a_graph()
    {
        Requires.HostCompiler();
        const int Steps = 9;
        int replays = 0;
        HostCudaDriver driver = new();
        driver.DuringReplay = () => replays++;
        TrainingOptions options = new() { Epochs = Steps, FullBatch = true, Device = Device.Cuda(0, HostCudaDriver.Platform(checks: false, driver)) };
        ModelTrainer.Train(RandomData.Create<MfClustered>(200, 7, keys: 30), options);
        Assert.AreEqual(Steps, replays);
        foreach (string kernel in new[] { "row_gradients", "sum_losses", "update_rows" })
        {
            Assert.AreEqual(Steps, driver.Kernels.Count(k => k == kernel), kernel);
        }

        Assert.AreEqual(0, driver.LiveAllocations);
    }

    [TestMethod]
    [DataRow(false, 1 << 16)]
    [DataRow(false, 7)]
    [DataRow(true, 1 << 16)]
    [DataRow(true, 7)]
    public void Projections_of_the_members_of_a_cluster_equal_those_of_the_CPU(bool isChecked, int chunk)
    {
        Same<MfItems>();
        Same<MfClustered>();

        void Same<T>()
            where T : class, IEmbeddingModel<T>
        {
            using FullBatchSession<T> session = new(RandomData.Create<T>(700, 7, keys: 90));
            session.Step();
            (int item, int user) = (T.Factorization!.ItemTable, T.Factorization.UserTable);
            FactorClusters cpu = session.Clusters(item, user);
            (FactorSide own, FactorSide other) = session.Sides(item, user);
            using CudaDevice device = isChecked ? Devices.Checked() : Devices.Any();
            DeviceKernels kernels = new(device, new KernelSource(T.Schema.Name, T.Cuda!.FullBatch!));
            DeviceClusters clusters = new(device, kernels, own, other, new DeviceRatings(device, own), chunk);
            for (int cluster = 0; cluster < own.Table.Assignment!.Live; cluster++)
            {
                int[] members = own.Table.Assignment.Members(cluster);
                Assert.IsGreaterThan(1, members.Length);
                double[] expected = cpu.Project(cluster, members), actual = clusters.Project(cluster, members);
                Assert.IsGreaterThan(1, expected.Max());
                for (int m = 0; m < members.Length; m++)
                {
                    Assert.AreEqual(expected[m], actual[m], 1e-4 * expected.Max(), $"{typeof(T).Name}: cluster {cluster}, member {m}");
                }

                CollectionAssert.AreEqual(actual, clusters.Project(cluster, members), "the same bits again");
            }
        }
    }

    private static void Same<T>(Device device, int examples = 200, int keys = 30, int epochs = 12, float? rate = null)
        where T : class, IEmbeddingModel<T>
    {
        string name = typeof(T).Name;
        DataSet<T> data = RandomData.Create<T>(examples, 7, keys: keys);
        TrainingOptions options = new() { Epochs = epochs, FullBatch = true, LearningRate = rate };
        TrainedModel<T> cpu = ModelTrainer.Train(data, options), other = ModelTrainer.Train(data, options with { Device = device });
        Assert.HasCount(cpu.History.Count, other.History, name);
        foreach ((EpochResult mine, EpochResult its) in cpu.History.Zip(other.History))
        {
            Assert.AreEqual(mine.Loss, its.Loss, 1e-4 * mine.Loss, $"{name}: epoch {mine.Epoch}");
        }

        foreach ((Table mine, Table its) in cpu.State.Tables.Zip(other.State.Tables))
        {
            string table = $"{name}: {mine.Parameter.Name}";
            CollectionAssert.AreEqual(mine.Assignment?.Clusters, its.Assignment?.Clusters, table);
            Close(mine.Values, its.Values, table);
            for (int s = 0; s < mine.State.Length; s++)
            {
                Close(mine.State[s], its.State[s], $"{table}, state {s}");
            }
        }
    }

    // Rows in use have moved: differences and biases, which start at zero, are not zero.
    private static void Close(NativeFloats expected, NativeFloats actual, string what)
    {
        float[] mine = expected.Span(0, (int)expected.Length).ToArray(), its = actual.Span(0, (int)actual.Length).ToArray();
        float most = mine.Max(Math.Abs);
        Assert.IsGreaterThan(0, most, what);
        for (int i = 0; i < mine.Length; i++)
        {
            Assert.AreEqual(mine[i], its[i], 1e-3 * most, $"{what}, element {i}");
        }
    }
}
