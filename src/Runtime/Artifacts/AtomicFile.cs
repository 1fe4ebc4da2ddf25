using System;
using System.IO;

namespace ModelGen.Compiled;

/// <summary>
/// Writes a file under a temporary name in the same folder and gives it its final name only when it is complete, so that a reader
/// never sees half a file and a failure leaves the old file as it was. Disposing without <see cref="Commit"/> removes the temporary file.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly string _temporary;
    private readonly FileStream _stream;
    private bool _open = true;

    private AtomicFile(string path, string temporary, FileStream stream)
    {
        Path = path;
        _temporary = temporary;
        _stream = stream;
    }

    /// <summary>The final name.</summary>
    public string Path { get; }

    /// <summary>Where the content goes.</summary>
    public Stream Stream => _stream;

    /// <summary>Starts writing a file; the folder is made if it does not exist.</summary>
    /// <exception cref="ArtifactWriteException">The folder or the file cannot be made.</exception>
    public static AtomicFile Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            string full = System.IO.Path.GetFullPath(path);
            if (Directory.Exists(full))
            {
                throw new IOException("There is a folder of this name.");
            }

            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
            string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
            return new AtomicFile(path, temporary, new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ArtifactWriteException(path, e);
        }
    }

    /// <summary>Writes one file and commits it. Returns its length in bytes.</summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    public static long Write(string path, Action<Stream> write)
    {
        using AtomicFile file = Create(path);
        file.Fill(write);
        return file.Commit();
    }

    /// <summary>Runs the code that writes the content; an error of the disk names the file.</summary>
    /// <exception cref="ArtifactWriteException">The disk refused.</exception>
    public void Fill(Action<Stream> write)
    {
        try
        {
            write(_stream);
        }
        catch (Exception e) when (e is IOException and not ArtifactWriteException || e is UnauthorizedAccessException)
        {
            throw new ArtifactWriteException(Path, e);
        }
    }

    /// <summary>Flushes the content to the disk and gives the file its final name. Returns its length in bytes.</summary>
    /// <exception cref="ArtifactWriteException">The disk refused.</exception>
    public long Commit()
    {
        try
        {
            _stream.Flush(flushToDisk: true);
            long bytes = _stream.Length;
            _stream.Dispose();
            File.Move(_temporary, System.IO.Path.GetFullPath(Path), overwrite: true);
            _open = false;
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArtifactWriteException(Path, e);
        }
    }

    /// <summary>Removes the temporary file unless it was committed.</summary>
    public void Dispose()
    {
        if (!_open)
        {
            return;
        }

        _open = false;
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // The last buffered bytes did not fit on the disk either; the file is removed below, and the first error is the one reported.
        }

        try
        {
            File.Delete(_temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that led here is the one worth reporting.
        }
    }
}
