using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace ModelGen.Retrieval;

/// <summary>
/// A division by user that was drawn elsewhere, so that results can be compared user by user: lines of part (test or valid), user_id and
/// held_out_positions, the places of the items to find in the user's items by number, counted from 0. All other users are for training.
/// </summary>
internal sealed class SplitFile
{
    private readonly Dictionary<int, (Part Part, int[] Positions)> _users = [];

    /// <summary>Reads a file and checks it against the data.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A line is malformed or does not fit the data; the message names it.</exception>
    public SplitFile(string path, Histories histories)
    {
        using StreamReader reader = InteractionFile.Open(path);
        string name = Path.GetFileName(path);
        if (reader.ReadLine() is not "part,user_id,held_out_positions")
        {
            throw new InvalidDataException($"{name} does not begin with the heading 'part,user_id,held_out_positions'.");
        }

        for (int line = 2; reader.ReadLine() is { } text; line++)
        {
            string[] fields = text.Split(',');
            if (fields.Length != 3 || fields[0] is not ("test" or "valid") || !int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int user))
            {
                throw new InvalidDataException($"{name}, line {line}: '{text}' is not 'test' or 'valid', a user and positions, with commas between them.");
            }

            if (histories[user] is not { } range)
            {
                throw new InvalidDataException($"{name}, line {line}: user {user} is not in the data, or has fewer than {Histories.LeastPairs} items. The file belongs to another data set.");
            }

            int items = range.End.Value - range.Start.Value;
            int[] positions = [.. fields[2].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => Position(p, items, user, name, line)).Distinct()];
            if (positions.Length == 0 || positions.Length == items)
            {
                throw new InvalidDataException($"{name}, line {line}: {positions.Length} of the {items} items of user {user} are held out; at least one must be, and one must be left to tell.");
            }

            if (!_users.TryAdd(user, (fields[0] == "test" ? Part.Test : Part.Validation, positions)))
            {
                throw new InvalidDataException($"{name}, line {line}: user {user} has had a line before.");
            }
        }
    }

    /// <summary>Indices of the pairs for training, of those the model is told and of those it has to find.</summary>
    /// <param name="histories">The data the file was read for.</param>
    /// <param name="measured">Test, with the validation users in training, or validation, without the test users.</param>
    /// <exception cref="InvalidDataException">There is no user of that part.</exception>
    public (int[] Training, int[] History, int[] HeldOut) Divide(Histories histories, Part measured)
    {
        List<int> training = [], history = [], heldOut = [];
        for (int i = 0; i < histories.Pairs.Count; i++)
        {
            int user = histories.Pairs[i].User;
            if (!_users.TryGetValue(user, out (Part Part, int[] Positions) line))
            {
                training.Add(i);
            }
            else if (line.Part == measured)
            {
                (line.Positions.Contains(i - histories[user]!.Value.Start.Value) ? heldOut : history).Add(i);
            }
            else if (measured == Part.Test)
            {
                training.Add(i);
            }
        }

        return training.Count == 0 || heldOut.Count == 0
            ? throw new InvalidDataException($"The split file leaves {training.Count:N0} pairs for training and {heldOut.Count:N0} to find; both are needed.")
            : ([.. training], [.. history], [.. heldOut]);
    }

    private static int Position(string text, int items, int user, string name, int line) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int position) && position < items
            ? position
            : throw new InvalidDataException($"{name}, line {line}: '{text}' is no position of user {user}, who has {items} items, 0 to {items - 1}.");
}
