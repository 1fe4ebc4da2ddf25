using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Threading;

namespace ModelGen.Samples;

/// <summary>Runs the command line of a sample: exit code 0 for success, 1 for a failure, 2 for wrong arguments, 130 for Ctrl-C.</summary>
internal static class SampleCommand
{
    private const int Failure = 1;
    private const int WrongArguments = 2;
    private const int Cancelled = 130;

    /// <summary>Parses the arguments and runs the sample. What goes wrong is told in one line on the error stream.</summary>
    /// <param name="command">The options; its action is set here.</param>
    /// <param name="args">Arguments of the program.</param>
    /// <param name="run">The sample.</param>
    public static int Run(RootCommand command, string[] args, Action<ParseResult, CancellationToken> run)
    {
        using CancelKey key = new();
        command.SetAction(result => Guard(() => run(result, key.Token)));
        ParseResult parsed = command.Parse(args);
        if (parsed.Errors.Count == 0)
        {
            return parsed.Invoke();
        }

        foreach (ParseError error in parsed.Errors)
        {
            Console.Error.WriteLine(error.Message);
        }

        Console.Error.WriteLine("Run with --help for the options.");
        return WrongArguments;
    }

    private static int Guard(Action run)
    {
        try
        {
            run();
            return 0;
        }
        catch (OperationCanceledException e)
        {
            Console.Error.WriteLine(e is TrainingCanceledException ? e.Message : "Cancelled.");
            return Cancelled;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or UnauthorizedAccessException or ArgumentException
            or InvalidOperationException or InsufficientMemoryException or DataSetException or VocabularyException or UnknownKeyException
            or TrainingDivergedException or OnnxRuntimeException)
        {
            Console.Error.WriteLine(e.Message);
            return Failure;
        }
    }
}
