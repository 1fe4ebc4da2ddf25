using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Runs an inference assembly over a data set through its public column call, in a load context of its own that is unloaded
/// afterwards. Reflection is used here alone: the application does not know the assembly's class when it is built.
/// </summary>
internal static class AssemblyScorer
{
    public static float[] Score(string path, DataSet data)
    {
        var context = new AssemblyLoadContext(Path.GetFileNameWithoutExtension(path), isCollectible: true);
        try
        {
            using var image = new MemoryStream(File.ReadAllBytes(path));
            Type predictor = context.LoadFromStream(image).GetExportedTypes().Single();
            MethodInfo predict = predictor.GetMethods().Single(m => m.Name == "Predict" && m.GetParameters() is [.., { ParameterType.IsArray: true }]);
            ParameterInfo[] parameters = predict.GetParameters();
            object?[] arguments = new object?[parameters.Length];
            for (int j = 0; j < data.Numerics.Length; j++)
            {
                arguments[j] = data.Numerics[j];
            }

            for (int f = 0; f < data.Categoricals.Length; f++)
            {
                int at = data.Numerics.Length + f;
                arguments[at] = Column(data.Categoricals[f], data.Count, parameters[at].ParameterType.GetElementType()!);
            }

            float[] scores = new float[data.Count];
            arguments[^1] = scores;
            object instance = predictor.GetMethod("Load")!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null)!;
            predict.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);
            return scores;
        }
        finally
        {
            context.Unload();
        }
    }

    // The column as an array of the type the assembly takes: string, an integer type or bool, or an array of them per example.
    private static Array Column(KeyColumn column, int count, Type element)
    {
        var result = Array.CreateInstance(element, count);
        for (int i = 0; i < count; i++)
        {
            if (column.Offsets is not { } offsets)
            {
                result.SetValue(Key(column, column.Codes[i], element), i);
                continue;
            }

            var bag = Array.CreateInstance(element.GetElementType()!, offsets[i + 1] - offsets[i]);
            for (int p = offsets[i]; p < offsets[i + 1]; p++)
            {
                bag.SetValue(Key(column, column.Codes[p], element.GetElementType()!), p - offsets[i]);
            }

            result.SetValue(bag, i);
        }

        return result;
    }

    private static object Key(KeyColumn column, int code, Type type) =>
        column.Kind == KeyKind.Text ? column.TextKeys[code] : Convert.ChangeType(column.IntegerKeys[code], type, System.Globalization.CultureInfo.InvariantCulture);
}
