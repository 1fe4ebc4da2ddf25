using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// How the items of a catalogue are scored for one query, some at a time. Where the score is an inner product with what is stored of an item,
/// rows and codes are scored as they lie; with a computed vector (a tower) vectors are made for a block; any other score is that of whole examples.
/// </summary>
internal sealed class PredictorItems
{
    private readonly ModelSpec _model;
    private readonly int _item;
    private readonly Separation? _separation;
    private readonly Op[]? _stored;

    public PredictorItems(ModelSpec model, int item, Separation? separation)
    {
        _model = model;
        _item = item;
        _separation = separation;
        _stored = separation is null ? null : Stored(separation);
    }

    /// <summary>Items at a time.</summary>
    public string Rows => _stored is null ? "BlockRows" : "256";

    /// <summary>Statements before the first items.</summary>
    public string Prepare
    {
        get
        {
            if (_separation is not { } s)
            {
                (int features, int values) = (_model.Categoricals.Count, _model.Numerics.Count);
                return $$"""
                    // The query once per item of a block.
                    int width = offsets[{{features}}] - offsets[0];
                    Span<int> ends = Room(ref t_ids, BlockRows * ({{features}} + width) + 1), own = ends.Slice((BlockRows * {{features}}) + 1);
                    Span<float> repeated = {{(values == 0 ? "default" : $"Room(ref t_numerics, {values} * BlockRows)")}};
                    ends[0] = 0;
                    for (int r = 0; r < BlockRows; r++)
                    {
                        ids.Slice(offsets[0], width).CopyTo(own.Slice(r * width));
                        for (int f = 1; f <= {{features}}; f++)
                        {
                            ends[(r * {{features}}) + f] = (r * width) + offsets[f] - offsets[0];
                        }
                    {{(values == 0 ? "" : $"\n    numerics[..{values}].CopyTo(repeated.Slice(r * {values}));")}}
                    }

                    """;
            }

            var lines = new List<string>
            {
                $"Span<float> query = stackalloc float[{s.Width}];",
                "this.Query(numerics, ids, offsets, query);",
            };
            if (_stored is null)
            {
                lines.Add($"Span<float> vectors = Room(ref t_vectors, BlockRows * {s.Width});");
            }
            else if (Coded(s).Sum(c => PredictorCodes.TableFloats(c.Decode.Quantization!)) is > 0 and int floats)
            {
                lines.Add($"Span<float> tables = Room(ref t_vectors, {floats});");
                int at = 0;
                foreach ((Op decode, int start, int width) in Coded(s))
                {
                    lines.Add($"{Name(decode)}Tables(query.Slice({start}, {width}), {PredictorProgram.Field(decode.Parameters[1])}, tables.Slice({at}));");
                    at += PredictorCodes.TableFloats(decode.Quantization!);
                }
            }

            return string.Join("\n", lines) + "\n";
        }
    }

    /// <summary>Statements that write the scores of items first to first + rows into part.</summary>
    public string Score
    {
        get
        {
            if (_separation is not { } s)
            {
                return $$"""
                    for (int r = 0; r < rows; r++)
                    {
                        own[(r * width) + offsets[{{_item}}] - offsets[0]] = first + r;
                    }

                    ScoreBlock(rows, repeated, own, ends, part);
                    """;
            }

            if (_stored is null)
            {
                return $$"""
                    ItemVectors(first, rows, vectors);
                    for (int r = 0; r < rows; r++)
                    {
                        part[r] = Dot(query, vectors.Slice(r * {{s.Width}}, {{s.Width}}));
                    }
                    """;
            }

            var lines = new List<string> { $"part.Fill({(s.HasQueryTerm ? $"query[{s.ProductWidth}]" : "0")});" };
            int place = 0, table = 0;
            foreach (Op op in _stored)
            {
                int width = op.Result!.Width;
                bool term = place >= s.ProductWidth;
                string query = term ? "query[^1..]" : $"query.Slice({place}, {width})";
                if (op.Kind == OpKind.Decode)
                {
                    lines.Add($"{Name(op)}Scores({PredictorProgram.Field(op.Parameters[0])}, tables.Slice({table}), first, part[..rows]);");
                    table += PredictorCodes.TableFloats(op.Quantization!);
                }
                else
                {
                    lines.Add($"{PredictorProgram.Field(op.Parameters[0])}.AddDots(first, {query}, part[..rows]);");
                }

                place += width;
            }

            return string.Join("\n", lines);
        }
    }

    /// <summary>The methods that score codes.</summary>
    public void WriteKernels(SourceWriter w)
    {
        var written = new HashSet<string>();
        foreach ((Op decode, _, int width) in _separation is null ? [] : Coded(_separation))
        {
            if (written.Add(Name(decode)))
            {
                PredictorCodes.WriteScores(w, Name(decode), decode.Quantization!, width, decode.Parameters[1].Columns);
            }
        }
    }

    private static string Name(Op decode) => "Code" + PredictorProgram.Field(decode.Parameters[0]);

    private IEnumerable<(Op Decode, int Start, int Width)> Coded(Separation s)
    {
        int at = 0;
        foreach (Op op in _stored ?? [])
        {
            if (op.Kind == OpKind.Decode)
            {
                yield return (op, at, op.Result!.Width);
            }

            at += op.Result!.Width;
        }
    }

    // What is read for the products and then for the item's own terms, when each is a row of a table or of codes by the item's id.
    private static Op[]? Stored(Separation s)
    {
        Op? Of(Value value) => s.ItemOps.FirstOrDefault(op => op.Result == value) is { Kind: OpKind.Lookup } lookup
            && s.ItemOps.FirstOrDefault(op => op.Result == lookup.Inputs[0]) is { Kind: OpKind.Gather or OpKind.Decode } read
            && (read.Kind == OpKind.Decode || read.Parameters[0].Index == RowIndexKind.Identity) ? read : null;

        Op?[] reads = [.. s.Products.Select(p => p.Item).Concat(s.ItemTerms).Select(Of)];
        return reads.All(op => op is not null) ? [.. reads.Select(op => op!)] : null;
    }
}
