using System;
using System.Linq;
using ModelGen;
using ModelGen.MovieLens;

var ratings = MovieLensFile.Read(args[0]);
var data = DataSet<GmfFull>.FromExamples(ratings.Select(r => new GmfFull { User = r.User, Movie = r.Movie, Time = r.Time })).Core(5);
var split = data.SplitLeaveOneOut();
Console.WriteLine($"{split.Training.Count} {split.Validation!.Count} {split.Test.Count}");
ModelTrainer.Train(split.Training, new TrainingOptions { Epochs = 2, BatchSize = 1024, Progress = new ConsoleProgress() });
var d2 = DataSet<GmfMgqe16>.FromExamples(ratings.Select(r => new GmfMgqe16 { User = r.User, Movie = r.Movie, Time = r.Time })).Core(5);
ModelTrainer.Train(d2.SplitLeaveOneOut().Training, new TrainingOptions { Epochs = 2, BatchSize = 1024, Progress = new ConsoleProgress() });
