using System;
using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Writes the optimiser's update of table rows and of dense parameters, one element or one row at a time.</summary>
internal static class CudaOptimizer
{
    /// <summary>Device functions that update table rows: with a gradient, and (of an optimiser that is not lazy) without.</summary>
    public static void Write(SourceWriter w, OptimizerSpec optimizer, bool dense)
    {
        OptimizerSnippet rule = OptimizerRules.For(optimizer);
        bool rowWise = optimizer.Rule == OptimizerRule.RowWiseAdagrad;
        string mark = optimizer.Lazy ? "" : "table.used[row] = step->stamp;\n";
        WriteRule(w, optimizer);
        w.Lines($$"""
            // {{optimizer.Rule}} on rows of a table: gradient summed, state and weights written in one pass.
            template <int WIDTH, int GS, bool CLAMP>
            static __device__ void update(const Step* step, const Table& table, const int* rows, int count, float rate, const float* gradients)
            {
            {{Indent(rowWise ? Rows(optimizer) : Elements(rule, mark), 4)}}
            }

            """);
        if (!optimizer.Lazy)
        {
            w.Lines($$"""
                // {{optimizer.Rule}} on the rows of a table that did not occur in the batch: their gradient is zero.
                template <int WIDTH, bool CLAMP>
                static __device__ void idle_rows(const Step* step, const Table& table, float rate)
                {
                    for (i64 at = (i64)blockIdx.x * THREADS + threadIdx.x; at < table.rows * WIDTH; at += (i64)gridDim.x * THREADS)
                    {
                        if (table.used[at / WIDTH] != step->stamp)
                        {
                {{Indent(Element(rule, "0.0f"), 12)}}
                        }
                    }
                }

                """);
        }

        if (dense)
        {
            w.Lines($$"""
                // {{optimizer.Rule}} on one element of a dense parameter, and on its transposed copy.
                template <int COLUMNS, int STRIDE, int TRANSPOSED>
                static __device__ void update_dense(const Step* step, int offset, int transposed, int i, float g, float rate)
                {
                    int at = offset + i / COLUMNS * STRIDE + i % COLUMNS;
                    float s0 = {{(rule.States > 0 ? "step->dense_state0[at]" : "0.0f")}}, s1 = {{(rule.States > 1 ? "step->dense_state1[at]" : "0.0f")}};
                    float w = optimize(step, g, step->dense[at], s0, s1, rate);
                    step->dense[at] = w;
                {{Indent(States(rule, "step->dense_state", "[at]"), 4)}}
                    if (TRANSPOSED > 0)
                    {
                        step->transposed[transposed + i % COLUMNS * TRANSPOSED + i / COLUMNS] = w;
                    }
                }

                """);
        }
    }

    /// <summary>The device function that updates one element.</summary>
    public static void WriteRule(SourceWriter w, OptimizerSpec optimizer) => w.Lines($$"""
        // {{optimizer.Rule}}: one element of a parameter; g is its gradient, w its value, s0 and s1 its state.
        static __device__ float optimize(const Step* step, float g, float w, float& s0, float& s1, float rate)
        {
        {{Indent(OptimizerRules.For(optimizer).Cuda, 4)}}
            return w;
        }

        """);

    private static string Elements(OptimizerSnippet rule, string mark) => $$"""
        for (int i = threadIdx.x; i < count * WIDTH; i += THREADS)
        {
            int r = i / WIDTH, n = i % WIDTH;
            i64 row = rows[r], at = row * WIDTH + n;
        {{Indent(mark + Element(rule, "gradients[r * GS + n]"), 4)}}
        }
        """;

    private static string Rows(OptimizerSpec optimizer) => $$"""
        constexpr int LANES = rounded(WIDTH), PARTS = THREADS / LANES;
        int lane = threadIdx.x % LANES;
        {{RowWise(optimizer, ("int first = 0", "PARTS"), "count", "rows[r]", "gradients[r * GS + n]", "table.", "table.values", at => $"table.values[{at}] = CLAMP ? fmaxf(w, 0.0f) : w;")}}
        """;

    private static string Element(OptimizerSnippet rule, string gradient) => $$"""
        float s0 = {{(rule.States > 0 ? "table.state0[at]" : "0.0f")}}, s1 = {{(rule.States > 1 ? "table.state1[at]" : "0.0f")}};
        float w = optimize(step, {{gradient}}, table.values[at], s0, s1, rate);
        table.values[at] = CLAMP ? fmaxf(w, 0.0f) : w;
        {{States(rule, "table.state", "[at]")}}
        """.TrimEnd();

    /// <summary>Row-wise Adagrad on rows: one accumulator per row, and the lanes of a part of a warp share the row.</summary>
    /// <param name="optimizer">The optimiser.</param>
    /// <param name="first">The rows' numbers begin here, and the next of a block are so much further on.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="row">The row with number r.</param>
    /// <param name="gradient">Element n of its gradient.</param>
    /// <param name="table">What stands before state0.</param>
    /// <param name="values">The values.</param>
    /// <param name="store">Statements that put the new value w at an element.</param>
    /// <param name="condition">Whether there is anything to do, the same for all threads; null when there always is.</param>
    public static string RowWise(
        OptimizerSpec optimizer, (string From, string Step) first, string count, string row, string gradient, string table, string values, Func<string, string> store, string? condition = null) => $$"""
        for ({{first.From}}; first < {{count}}{{(condition is null ? "" : " && " + condition)}}; first += {{first.Step}})
        {
            int r = first + threadIdx.x / LANES;
            i64 row = r < {{count}} ? {{row}} : 0;
            float squares = 0.0f, state = r < {{count}} ? {{table}}state0[row] : 0.0f;
            for (int n = lane; n < WIDTH && r < {{count}}; n += LANES)
            {
                squares = fmaf({{gradient}}, {{gradient}}, squares);
            }

            for (int other = LANES / 2; other > 0; other /= 2)
            {
                squares += __shfl_xor_sync(0xffffffffu, squares, other);
            }

            __syncwarp();
            if (r < {{count}})
            {
                state += squares * (1.0f / WIDTH);
                float scale = rate / (sqrtf(state) + {{CudaText.Float(optimizer.Epsilon)}});
                for (int n = lane; n < WIDTH; n += LANES)
                {
                    float w = {{values}}[row * WIDTH + n] - scale * {{gradient}};
        {{Indent(store("row * WIDTH + n"), 12)}}
                }

                if (lane == 0)
                {
                    {{table}}state0[row] = state;
                }
            }
        }
        """;

    private static string States(OptimizerSnippet rule, string name, string at) =>
        string.Join("\n", Enumerable.Range(0, rule.States).Select(s => $"{name}{s}{at} = s{s};"));

    /// <summary>Lines, further to the right.</summary>
    public static string Indent(string text, int spaces) =>
        string.Join("\n", text.Split('\n').Select(line => line.Length == 0 ? line : new string(' ', spaces) + line));
}
