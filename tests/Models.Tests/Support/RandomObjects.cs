using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace ModelGen.Tests.Support;

/// <summary>Random objects of an annotated class, filled by reflection: the way into a model that users take.</summary>
internal static class RandomObjects
{
    public static T[] Create<T>(int count, int seed, int keys = 30)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (T)Fill(Activator.CreateInstance(typeof(T))!, random, keys))];
    }

    private static object Fill(object example, Random random, int keys)
    {
        foreach (PropertyInfo property in example.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (property.GetCustomAttribute<LabelAttribute>() is not null)
            {
                property.SetValue(example, Convert.ChangeType(random.Next(2), property.PropertyType));
            }
            else if (property.GetCustomAttribute<NumericAttribute>() is not null)
            {
                property.SetValue(example, Convert.ChangeType((10 * random.NextDouble()) - 2, property.PropertyType));
            }
            else if (property.GetCustomAttribute<CategoricalAttribute>() is { } categorical)
            {
                int known = categorical.Cardinality > 0 ? (int)Math.Min(keys, categorical.Cardinality) : keys;
                property.SetValue(example, Value(property.PropertyType, random, known));
            }
        }

        return example;
    }

    private static object Value(Type type, Random random, int keys)
    {
        if (type == typeof(string) || !typeof(System.Collections.IEnumerable).IsAssignableFrom(type))
        {
            return Key(type, random, keys);
        }

        Type element = type.IsArray ? type.GetElementType()! : type.GetGenericArguments()[0];
        Array bag = Array.CreateInstance(element, random.Next(5));
        for (int i = 0; i < bag.Length; i++)
        {
            bag.SetValue(Key(element, random, keys), i);
        }

        return type.IsArray ? bag : Activator.CreateInstance(typeof(List<>).MakeGenericType(element), bag)!;
    }

    private static object Key(Type type, Random random, int keys)
    {
        int key = (int)(keys * Math.Pow(random.NextDouble(), 1.5));
        return type switch
        {
            { IsEnum: true } => Enum.GetValues(type).GetValue(key % Enum.GetValues(type).Length)!,
            _ when type == typeof(string) => $"clé {key}",
            _ when type == typeof(bool) => key % 2 == 1,
            _ => Convert.ChangeType(key, type),
        };
    }
}
