using System;
using System.Runtime.CompilerServices;

namespace ModelGen.Compiled;

public sealed partial class AutoencoderStep
{
    /// <summary>
    /// The cosine loss of one block of users. With z = y / |y| and t = x / |x| it is |z - t|^2 = 2 - 2 cos, its gradient
    /// (z cos - t) / |y| times 2 / (users x outputs): a multiple of the scores less a share at the user's items.
    /// </summary>
    /// <param name="block">Number of the block.</param>
    internal void ReduceLoss(int block)
    {
        for (int lane = 0; lane < BlockUsers; lane++)
        {
            int user = (block * BlockUsers) + lane;
            ScoreScale[user] = TargetShare[user] = 0;
            Losses[user] = 0;
            if (user >= Users)
            {
                continue;
            }

            double squares = 0, common = 0;
            for (int cut = 0; cut < Cuts; cut++)
            {
                squares += Squares.At(((long)cut * PanelUsers) + user);
            }

            ref float scores = ref Scores.At(((long)block * OutputRows * BlockUsers) + lane);
            int begin = HistoryStarts[user], end = HistoryStarts[user + 1];
            for (int p = begin; p < end; p++)
            {
                common += Unsafe.Add(ref scores, (nint)HistoryOutputs[p] * BlockUsers);
            }

            double length = Math.Max(Math.Sqrt(squares), 1e-12), target = Math.Sqrt(end - begin);
            double cosine = common / (length * target), slope = 2.0 / ((double)Users * OutputCount);
            ScoreScale[user] = (float)(slope * cosine / (length * length));
            TargetShare[user] = (float)(slope / (length * target));
            Losses[user] = 2 - (2 * cosine);
        }
    }
}
