using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;

namespace ModelGen.Bench;

/// <summary>Time from loading an inference assembly to its first score, each time in a process of its own.</summary>
internal static class ColdStart
{
    /// <summary>First argument of such a process.</summary>
    public const string Command = "cold-start";

    private const int GoalMilliseconds = 50;

    /// <summary>Measures the row.</summary>
    public static BenchmarkRow Measure(string name, string assembly, BenchmarkOptions options)
    {
        var times = new List<double>();
        for (int run = 0; run <= options.Runs; run++)
        {
            string output = OwnProcess.Run(Command, assembly);
            Console.WriteLine($"  {name}: {output.Trim()}");

            // The first run brings the files into memory.
            if (run > 0)
            {
                times.Add(double.Parse(output.Split(' ')[0], CultureInfo.InvariantCulture));
            }
        }

        return new BenchmarkRow(name, "ms", Statistics.Median(times), null, null, GoalMilliseconds, null, Statistics.Spread(times));
    }

    /// <summary>The process: loads the assembly, finds an id by every key lookup there is, and scores once.</summary>
    public static int Run(string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        Type type = Assembly.LoadFrom(arguments[0]).GetExportedTypes()[0];
        Func<object> load = type.GetMethod("Load")!.CreateDelegate<Func<object>>();
        TimeSpan bound = Stopwatch.GetElapsedTime(start);
        object predictor = load();
        TimeSpan loaded = Stopwatch.GetElapsedTime(start);
        MethodInfo single = type.GetMethods().First(m => m.Name == "Predict" && m.ReturnType == typeof(float));
        ParameterInfo[] parameters = single.GetParameters();
        float score;
        if (parameters is [_, { } text, _] && text.ParameterType == typeof(ReadOnlySpan<char>))
        {
            score = single.CreateDelegate<KeyedCall>(predictor)(30, "user-7", 3);
        }
        else
        {
            DlrmExamples.Call call = single.CreateDelegate<DlrmExamples.Call>(predictor);
            score = call(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
        }

        TimeSpan scored = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{scored.TotalMilliseconds:F2} ms: bound after {bound.TotalMilliseconds:F2}, weights read after {loaded.TotalMilliseconds:F2}, score {score}; {new FileInfo(arguments[0]).Length / 1e6:F0} MB"));
        return float.IsFinite(score) ? 0 : 1;
    }

    private delegate float KeyedCall(float age, ReadOnlySpan<char> user, long app);
}
