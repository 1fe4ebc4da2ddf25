using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace ModelGen.Compiled;

public sealed partial class OnnxModelBuilder
{
    private const int IrVersion = 8;
    private const int ExternalAlignment = 64;

    // Smaller tensors stay in the model: shapes and axes must, because operators read them while the model is loaded.
    private const int SmallestExternalBytes = 1024;

    /// <summary>
    /// Bytes of initializers above which the large ones go to a file of their own beside the model; 1.5 GB by default, since a
    /// protocol-buffers file cannot pass 2 GB.
    /// </summary>
    public long ExternalDataLimit { get; set; } = 1_500_000_000;

    /// <summary>
    /// Writes the model, and beside it "name.data" when the initializers pass <see cref="ExternalDataLimit"/>; the two files belong together
    /// and may be moved together. Returns the bytes of both.
    /// </summary>
    /// <exception cref="ArtifactWriteException">A file cannot be written; what was there before is unchanged.</exception>
    /// <exception cref="InvalidOperationException">The model, without the external data, is larger than the format allows.</exception>
    public long Save(string path)
    {
        if (_initializers.Sum(i => i.Content.Bytes) <= ExternalDataLimit)
        {
            return AtomicFile.Write(path, stream => Write(stream, path, []));
        }

        string location = DataFileName(path);
        var offsets = new Dictionary<OnnxInitializer, long>(ReferenceEqualityComparer.Instance);
        using AtomicFile data = AtomicFile.Create(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, location));
        using AtomicFile model = AtomicFile.Create(path);
        data.Fill(stream => WriteExternal(stream, offsets));
        model.Fill(stream => Write(stream, path, offsets));

        // Both files are complete before either gets its name, so that a full disk leaves the old pair.
        return data.Commit() + model.Commit();
    }

    /// <summary>Name of the external data of a model: its own name, with characters that other systems could misread replaced.</summary>
    internal static string DataFileName(string path) =>
        string.Concat(Path.GetFileName(path).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')) + ".data";

    private void WriteExternal(Stream stream, Dictionary<OnnxInitializer, long> offsets)
    {
        long position = 0;
        foreach (OnnxInitializer initializer in _initializers.Where(i => i.Content.Bytes >= SmallestExternalBytes))
        {
            long padding = (ExternalAlignment - (position % ExternalAlignment)) % ExternalAlignment;
            new TensorContent(0, _ => { }).WithZeros(padding).WriteTo(stream);
            offsets.Add(initializer, position += padding);
            initializer.Content.WriteTo(stream);
            position += initializer.Content.Bytes;
        }
    }

    // The graph's length comes before the graph, so the lengths of all parts are added up first and the large ones are then streamed.
    private void Write(Stream stream, string path, Dictionary<OnnxInitializer, long> offsets)
    {
        var graph = new ProtoWriter();
        graph.Raw(_nodes).Text(2, _name).Raw(_inputs).Raw(_outputs);
        var tensors = new List<(ProtoWriter Head, TensorContent? Content)>();
        long graphBytes = graph.Length;
        foreach (OnnxInitializer initializer in _initializers)
        {
            bool external = offsets.TryGetValue(initializer, out long offset);
            ProtoWriter fields = external ? initializer.External(DataFileName(path), offset) : initializer.Inline();
            TensorContent? content = external ? null : initializer.Content;
            ProtoWriter head = new ProtoWriter().Begin(5, fields.Length + (content?.Bytes ?? 0)).Raw(fields);
            tensors.Add((head, content));
            graphBytes += head.Length + (content?.Bytes ?? 0);
        }

        ProtoWriter start = new ProtoWriter().Integer(1, IrVersion).Text(2, "ModelGen").Begin(7, graphBytes);
        ProtoWriter end = OpsetsAndMetadata();
        long total = start.Length + graphBytes + end.Length;
        if (total > int.MaxValue)
        {
            throw new InvalidOperationException(
                $"The ONNX model '{_name}' would take {total:N0} bytes without its external data; the format allows {int.MaxValue:N0}. " +
                $"Lower {nameof(ExternalDataLimit)}, or shrink the vocabularies (MinCount).");
        }

        stream.Write(start.Written);
        stream.Write(graph.Written);
        foreach ((ProtoWriter head, TensorContent? content) in tensors)
        {
            stream.Write(head.Written);
            content?.WriteTo(stream);
        }

        stream.Write(end.Written);
    }

    private ProtoWriter OpsetsAndMetadata()
    {
        var end = new ProtoWriter();
        foreach (string domain in _domains)
        {
            int version = domain switch { "" => OnnxVersion, MachineLearningDomain => MachineLearningVersion, _ => 1 };
            end.Message(8, new ProtoWriter().Text(1, domain).Integer(2, version));
        }

        foreach ((string key, string value) in _metadata)
        {
            end.Message(14, new ProtoWriter().Text(1, key).Text(2, value));
        }

        return end;
    }
}
