using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// Writes the work on distinct ids: vectors before the tiles, row updates after them, SLOTS ids at a time in shared memory. Sums over
/// ids go into a part of its own for every chunk of ids, so that their order does not depend on the grid.
/// </summary>
internal sealed partial class CudaIdEmitter(Graph graph, MemoryPlan plan, CudaLibrary library)
{
    private CudaAddresses _addresses = new();

    /// <summary>Functions that compute vectors; features whose vectors are read in their tables have none.</summary>
    public CudaForms Embed { get; } = new("embed");

    /// <summary>Functions that sum gradients by id and update rows.</summary>
    public CudaForms Update { get; } = new("update_rows");

    /// <summary>Functions that update rows which several ids share.</summary>
    public CudaForms Shared { get; } = new("update_shared");

    /// <summary>Functions that update the rows of the ids that did not occur.</summary>
    public CudaForms Idle { get; } = new("update_idle");

    /// <summary>Most floats of a slot in the shared memory of a block, beside those of the sums of long segments.</summary>
    public int SlotFloats { get; private set; }

    /// <summary>Floats of the sums of long segments.</summary>
    public int PieceFloats { get; private set; }

    /// <summary>Features with vectors of their own, in the order of <see cref="Embed"/>, and the floats of a slot that are computed.</summary>
    public List<(int Feature, int Floats)> Vectors { get; } = [];

    /// <summary>Floats of the gradients of the scores of the softmax form, for every chunk of a feature.</summary>
    public Dictionary<int, int> ScoreFloats { get; } = [];

    public static string Index(Parameter table) => $"{table.Columns}, {(int)table.Index}, {table.Modulus}";

    /// <summary>Adds the vectors of the distinct ids of one feature.</summary>
    public void AddEmbed(int feature)
    {
        FeatureLayout layout = plan.Features[feature];
        Op[] all = [.. graph.Forward.Where(op => op.Result!.Domain == Domain.Id && op.Result.Feature == feature)];
        HashSet<Value> read = [.. all.SelectMany(op => op.Inputs)];
        Op[] ops = [.. all.Where(op => read.Contains(op.Result!) || CudaTileEmitter.Direct(graph, op.Result!) is null)];
        if (ops.Length == 0)
        {
            return;
        }

        _addresses = new CudaAddresses();
        _addresses.Use("const Feature&", "f", $"step->features[{feature}]");
        var w = new SourceWriter();
        Scratch(w, [.. ops.Select(op => op.Result!)]);
        using (w.Block("for (int at = 1 + (int)blockIdx.x * SLOTS; at < f0.slot_count; at += (int)gridDim.x * SLOTS)"))
        {
            w.Line("int count = least(SLOTS, f0.slot_count - at);");
            foreach (Op op in ops)
            {
                w.Line($"// {Comment(op)}");
                w.Lines(Forward(op));
                w.Line("__syncthreads();");
                if (layout.Offsets.TryGetValue(op.Result!, out int offset))
                {
                    w.Line($"{library.Use("publish")}<{op.Result!.Width}, {op.Result.Width}, {layout.Stride}>({Ref(op.Result)}, count, f0.vectors + (i64)at * {layout.Stride} + {offset});");
                }
            }

            w.Line("__syncthreads();");
        }

        Vectors.Add((feature, ops.Where(op => layout.Offsets.ContainsKey(op.Result!)).Max(op => layout.Offsets[op.Result!] + op.Result!.Width)));
        Embed.Add(graph.Features[feature], $"{graph.Features[feature]} and features of its form: the vectors of the distinct ids.", w.ToString(), _addresses);
    }

    /// <summary>Adds the backward pass and row updates of one feature.</summary>
    public void AddUpdate(int feature)
    {
        Op[] backward = [.. graph.Backward.Where(op => IdEmitter.OnIds(op, feature))];
        if (backward.Length == 0)
        {
            return;
        }

        _addresses = new CudaAddresses();
        _addresses.Use("const Feature&", "f", $"step->features[{feature}]");
        Op[] again = [.. IdEmitter.Again(graph, backward, feature)];
        int factorFloats = plan.Features[feature].FactorFloats;
        string chunk = factorFloats > 0 ? "CHUNK" : "SLOTS";
        var w = new SourceWriter();
        Scratch(w, [.. again.Select(op => op.Result!), .. backward.Where(op => op.Result is not null).Select(op => op.Result!)]);
        w.Line($"float* pieces = block + SLOTS * SLOT_FLOATS;");
        if (backward.Any(op => op.Kind is OpKind.QuantizeCodebook or OpKind.QuantizeInput))
        {
            w.Line("float lookups = (float)f0.starts[f0.slot_count];");
        }

        using (w.Block($"for (int chunk = blockIdx.x; chunk * {chunk} < f0.slot_count - 1; chunk += gridDim.x)"))
        {
            w.Line($"int begin = 1 + chunk * {chunk}, end = least(begin + {chunk}, f0.slot_count);");
            if (factorFloats > 0)
            {
                w.Line($"float* factors = f0.factors + (i64)chunk * {factorFloats};");
            }

            Clear(w, backward, feature);
            using (w.Block("for (int at = begin; at < end; at += SLOTS)"))
            {
                w.Line("int count = least(SLOTS, end - at);");
                foreach (Op op in again)
                {
                    w.Line($"// {Comment(op)}");
                    w.Lines(op.Kind == OpKind.Quantize ? Centroids(op) : Forward(op));
                    w.Line("__syncthreads();");
                }

                bool scored = false;
                foreach (Op op in backward)
                {
                    if (op.Kind is OpKind.SoftmaxKeys or OpKind.SoftmaxInput && !scored)
                    {
                        (DensePlace keys, DensePlace values) = Softmax(op);
                        w.Lines(CudaSoftmax.Scores(library, op.Quantization!, op.Inputs[0].Width, keys, Transposed(keys), Transposed(values), Moments(op.Quantization!), Ref(op.Inputs[0]), Ref(op.Inputs[1])));
                        w.Line("__syncthreads();");
                        scored = true;
                    }

                    w.Line($"// {Comment(op)}");
                    w.Lines(Backward(op, feature));
                    w.Line("__syncthreads();");
                }
            }
        }

        if (backward.FirstOrDefault(op => op.Kind == OpKind.SoftmaxInput) is { } softmax)
        {
            ScoreFloats[feature] = softmax.Quantization!.Parts * CudaSoftmax.Room(softmax.Quantization);
        }

        Update.Add(graph.Features[feature], $"{graph.Features[feature]} and features of its form: gradients of the distinct ids of a chunk, and the update of their rows.", w.ToString(), _addresses);
    }

    /// <summary>Adds rows that several ids share: sum over the ids, then the update.</summary>
    public void AddShared(Parameter table, int number)
    {
        bool mean = table.Index == RowIndexKind.Assignment;
        _addresses = new CudaAddresses();
        _addresses.Use("const Shared&", "s", $"step->shared[{number}]");
        string t = Table(table);
        Size(table.Columns, table.Columns);
        var w = new SourceWriter();
        w.Line("float* pieces = block + SLOTS * SLOT_FLOATS;");
        using (w.Block("for (int at = (int)blockIdx.x * SLOTS; at < s0.count; at += (int)gridDim.x * SLOTS)"))
        {
            w.Line("int count = least(SLOTS, s0.count - at);");
            w.Line($"{library.Use("segment_sum")}<{table.Columns}, {table.Columns}, {table.Columns}, {CudaText.Bool(mean)}>(s0.gradients, s0.starts + at, s0.slots, count, block, pieces);");
            w.Line("__syncthreads();");
            w.Line($"{Rows(table)}(step, {t}, s0.rows + at, count, step->{Rate(table)}, block);");
            w.Line("__syncthreads();");
        }

        Shared.Add(table.Name, $"{table.Name} and tables of its form: rows shared by several ids, {(mean ? "averaged" : "summed")} over the ids in slot order and updated.", w.ToString(), _addresses);
    }

    /// <summary>Adds the rows of a table that did not occur in the batch, whose gradient is zero.</summary>
    public void AddIdle(Parameter table)
    {
        _addresses = new CudaAddresses();
        Idle.Add(table.Name, $"{table.Name} and tables of its form: the rows that did not occur in the batch.", $"idle_rows<{table.Columns}, {CudaText.Bool(table.NonNegative)}>(step, {Table(table)}, step->{Rate(table)});", _addresses);
    }

    private string Forward(Op op)
    {
        int width = op.Result!.Width;
        switch (op.Kind)
        {
            case OpKind.Gather:
                Parameter table = op.Parameters[0];
                return $"{library.Use("gather")}<{Index(table)}, {width}>({Table(table)}, f0.ids + at, count, {Ref(op.Result)});";
            case OpKind.Project:
                DensePlace factor = plan.Dense[op.Parameters[0]];
                int depth = op.Inputs[0].Width;
                return width == 1
                    ? $"{library.Use("dot")}<SLOTS, {depth}, {depth}, 1, false>({Ref(op.Inputs[0])}, {Dense(factor)}, {Ref(op.Result)}, nullptr);"
                    : $"{library.Use("product")}<SLOTS, {depth}, {width}, {depth}, {factor.Stride}, {width}, false, false, 0>({Ref(op.Inputs[0])}, {Dense(factor)}, {Ref(op.Result)}, nullptr, nullptr);";
            case OpKind.Multiply:
                return Combine(op, "*");
            case OpKind.Add:
                return Combine(op, "+");
            case OpKind.Quantize:
                return Codes(op) + "\n__syncthreads();\n" + Centroids(op);
            case OpKind.Decode:
                (Parameter codes, DensePlace codebook) = (op.Parameters[0], plan.Dense[op.Parameters[1]]);
                return $"{library.Use("decode")}<{codes.Columns}, {width}, {CudaText.Bool(op.Quantization!.Shared)}, {codebook.Stride}>({Table(codes)}, {Dense(codebook)}, f0.ids + at, count, {Ref(op.Result)});";
            default:
                throw new LoweringException($"operation {op.Kind} has no CUDA form on ids");
        }
    }

    private int FactorGradient(DensePlace factor, int feature) => factor.Offset - plan.Features[feature].FactorOffset;

    private string Backward(Op op, int feature)
    {
        FeatureLayout layout = plan.Features[feature];
        Quantization? q = op.Quantization;
        switch (op.Kind)
        {
            case OpKind.SegmentSum:
                int offset = layout.Offsets.First(o => $"d.{o.Key.Name}" == op.Result!.Name).Value;
                Size(op.Result!.Width, 0);
                return $"{library.Use("segment_sum")}<{op.Result.Width}, {layout.Stride}, {op.Result.Width}, false>(f0.gradients + {offset}, f0.starts + at, f0.members, count, {Ref(op.Result)}, pieces);";
            case OpKind.ProjectWeight:
                (Value h, Value g, DensePlace place) = (op.Inputs[0], op.Inputs[1], plan.Dense[op.Parameters[0]]);
                return $"{library.Use("outer")}<SLOTS, {h.Width}, {g.Width}, {h.Width}, {g.Width}, {place.Stride}>({Ref(h)}, {Ref(g)}, factors + {FactorGradient(place, feature)}, at > begin);";
            case OpKind.ProjectInput:
                DensePlace factor = plan.Dense[op.Parameters[0]];
                (int d, int k) = (op.Inputs[0].Width, op.Result!.Width);
                return d == 1
                    ? $"{library.Use("spread")}<SLOTS, {k}, 1, {k}, 0>({Ref(op.Inputs[0])}, {Dense(factor)}, {Ref(op.Result)}, nullptr);"
                    : $"{library.Use("product")}<SLOTS, {d}, {k}, {d}, {factor.TransposedStride}, {k}, false, false, 0>({Ref(op.Inputs[0])}, {Transposed(factor)}, {Ref(op.Result)}, nullptr, nullptr);";
            case OpKind.Multiply:
                return Combine(op, "*");
            case OpKind.QuantizeInput:
                int vector = op.Result!.Width;
                return $"{library.Use("quantize_input")}<{vector}, {vector}>({Ref(op.Inputs[0])}, {Ref(op.Inputs[1])}, {Ref(op.Inputs[2])}, f0.starts + at, count, {CudaText.Float(2 * q!.Commitment)} / (lookups * {vector}.0f), {Ref(op.Result)});";
            case OpKind.QuantizeCodebook:
                return Codebook(op, $"2.0f / (lookups * {op.Inputs[0].Width}.0f)", feature);
            case OpKind.QuantizeAverage:
                DensePlace counts = plan.Dense[op.Parameters[1]];
                return $"{Codebook(op, "1.0f", feature)}\n{library.Use("quantize_count")}<{q!.Parts}, {CudaText.Bool(q.Shared)}, {counts.Stride}>({BlockCodes(q)}, f0.starts + at, count, factors + {FactorGradient(counts, feature)});";
            case OpKind.QuantizeStatistics:
                return Statistics(op, feature);
            case OpKind.SoftmaxValues:
                (int served, DensePlace values) = (op.Inputs[1].Width, plan.Dense[op.Parameters[0]]);
                return $"{library.Use("softmax_values")}<{q!.Parts}, {served}, {CudaText.Bool(q.Shared)}, {values.Stride}, {served}>({Ref(op.Inputs[1])}, {BlockCodes(q)}, count, factors + {FactorGradient(values, feature)});";
            case OpKind.SoftmaxKeys:
                return CudaSoftmax.Keys(op, plan.Dense[op.Parameters[0]], Ref(op.Inputs[0]), $"factors + {FactorGradient(plan.Dense[op.Parameters[0]], feature)}");
            case OpKind.SoftmaxInput:
                return CudaSoftmax.Input(op, Transposed(plan.Dense[op.Parameters[0]]), plan.Dense[op.Parameters[0]], Ref(op.Result!));
            case OpKind.Penalty:
                return $"{library.Use("penalty")}<{op.Result!.Width}, {op.Result.Width}>({Ref(op.Inputs[0])}, {Ref(op.Inputs[1])}, f0.starts + at, count, {CudaText.Float(2 * op.Weight)} * step->inverse_count, {Ref(op.Result)});";
            case OpKind.Scatter when op.Parameters[0].Index == RowIndexKind.Identity:
                return $"{Rows(op.Parameters[0])}(step, {Table(op.Parameters[0])}, f0.ids + at, count, step->{Rate(op.Parameters[0])}, {Ref(op.Inputs[0])});";
            case OpKind.Scatter:
                int width = op.Inputs[0].Width;
                string shared = _addresses.Use("const Shared&", "s", $"step->shared[{SharedIndex(op.Parameters[0])}]");
                return $"{library.Use("publish")}<{width}, {width}, {width}>({Ref(op.Inputs[0])}, count, {shared}.gradients + (i64)at * {width});";
            default:
                throw new LoweringException($"operation {op.Kind} has no CUDA form on ids");
        }
    }

    private string Combine(Op op, string sign) =>
        $"for (int i = threadIdx.x; i < SLOTS * {op.Result!.Width}; i += THREADS)\n{{\n    {Ref(op.Result)}[i] = {Ref(op.Inputs[0])}[i] {sign} {Ref(op.Inputs[1])}[i];\n}}";

    // Every value of a block has its place in the block's shared memory, rows of exactly its width.
    private void Scratch(SourceWriter w, IReadOnlyList<Value> values)
    {
        int offset = 0;
        foreach (Value value in values)
        {
            w.Line($"float* {Ref(value)} = block + SLOTS * {offset};");
            offset += value.Width;
        }

        Size(0, offset);
    }

    private void Size(int segmentWidth, int slotFloats)
    {
        SlotFloats = System.Math.Max(SlotFloats, slotFloats);
        int lanes = segmentWidth > 16 ? 32 : segmentWidth > 8 ? 16 : segmentWidth > 4 ? 8 : segmentWidth > 2 ? 4 : System.Math.Max(1, segmentWidth);
        PieceFloats = System.Math.Max(PieceFloats, CudaEmitter.Threads / lanes * segmentWidth);
    }

    private string Table(Parameter table) => _addresses.Use("const Table&", "t", $"step->tables[{CudaTileEmitter.TableIndex(graph, table)}]");

    private string Dense(DensePlace place) => _addresses.Use("const float*", "d", $"step->dense + {place.Offset}");

    private string Transposed(DensePlace place) => _addresses.Use("const float*", "d", $"step->transposed + {place.TransposedOffset}");

    private static string Rows(Parameter table) => $"update<{table.Columns}, {table.Columns}, {CudaText.Bool(table.NonNegative)}>";

    private static string Rate(Parameter table) => table.Group == Group.Tower ? "tower_rate" : "table_rate";

    private int SharedIndex(Parameter table) =>
        graph.Parameters.Where(p => p.IsTable && p.Index != RowIndexKind.Identity).TakeWhile(p => p != table).Count();

    // Feature names are left out, so that features of one form have one text.
    private string Comment(Op op)
    {
        string line = Printer.Line(op, graph.Features);
        string name = graph.Features[op.Result is { Domain: Domain.Id } result ? result.Feature : op.Inputs[0].Feature];
        return CudaText.Comment(line.Replace($"{name}.", "").Replace($"id({name})", "id"));
    }

    // The feature's own name is left out, as in comments.
    private string Ref(Value value) => CudaText.Identifier(value.Name.Replace($"{graph.Features[value.Feature]}.", "v."));
}
