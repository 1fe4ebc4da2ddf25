using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ModelGen.Compiled;

namespace ModelGen.Cuda;

/// <summary>
/// Compiled kernels on disk, one file per source, options, architecture and compiler version. A file appears under its name only when it
/// is complete, carries a checksum that is verified on every load, and is rebuilt when it is damaged. A folder that cannot be written
/// costs only the next start. Any number of threads and processes may share a folder.
/// </summary>
public sealed class KernelCache
{
    /// <summary>Environment variable with the folder of compiled kernels, or "off".</summary>
    public const string Variable = "MODELGEN_KERNEL_CACHE";

    // Changes when the layout of a file does. A file: this, the checksum of the rest, the format of the image, its bytes.
    private static readonly byte[] Magic = "MGKERNEL1\n\0\0\0\0\0\0"u8.ToArray();

    /// <summary>Uses a folder, which is made when the first file is written.</summary>
    public KernelCache(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = Path.GetFullPath(folder);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The folder that <see cref="Variable"/> names, or one among the user's application data; null when the variable is "off" or there is no such place.</summary>
    public static KernelCache? Default()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
        {
            return named == "off" ? null : new KernelCache(named);
        }

        string user = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return user.Length == 0 ? null : new KernelCache(Path.Combine(user, "modelgen", "kernels"));
    }

    /// <summary>Kernels from the disk, or compiled and written there.</summary>
    /// <exception cref="KernelCompilationException">The text does not compile.</exception>
    public KernelImage Get(IKernelCompiler compiler, KernelSource source, string architecture)
    {
        ArgumentNullException.ThrowIfNull(compiler);
        ArgumentNullException.ThrowIfNull(source);
        string path = PathOf(compiler, source, architecture);
        if (TryRead(path, source, architecture, out KernelImage? image))
        {
            return image;
        }

        image = compiler.Compile(source, architecture);
        Write(path, image);
        return image;
    }

    /// <summary>File of compiled kernels.</summary>
    internal string PathOf(IKernelCompiler compiler, KernelSource source, string architecture)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (string part in (ReadOnlySpan<string>)[compiler.Name, architecture, .. source.Options, .. source.OptionsWhenSpilling, source.Name, source.Text])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return Path.Combine(Folder, $"{FileName(source.Name)}-{architecture}-{Convert.ToHexStringLower(hash.GetHashAndReset())[..32]}.kernels");
    }

    private static string FileName(string name)
    {
        Span<char> safe = stackalloc char[int.Min(64, name.Length)];
        for (int i = 0; i < safe.Length; i++)
        {
            safe[i] = char.IsAsciiLetterOrDigit(name[i]) ? name[i] : '_';
        }

        return safe.ToString();
    }

    private static bool TryRead(string path, KernelSource source, string architecture, [NotNullWhen(true)] out KernelImage? image)
    {
        image = null;
        byte[] file;
        try
        {
            if (!File.Exists(path))
            {
                return false;
            }

            file = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        int header = Magic.Length + SHA256.HashSizeInBytes;
        if (file.Length <= header + 1 || !file.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            return false;
        }

        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(file.AsSpan(header), sum);
        if (!sum.SequenceEqual(file.AsSpan(Magic.Length, SHA256.HashSizeInBytes)))
        {
            return false;
        }

        var format = (KernelImageFormat)file[header];
        image = new KernelImage(source.Name, format, architecture, ImmutableCollectionsMarshal.AsImmutableArray(file[(header + 1)..]), "", ImmutableDictionary<string, KernelUsage>.Empty);
        return true;
    }

    private static void Write(string path, KernelImage image)
    {
        byte[] content = [(byte)image.Format, .. image.Bytes];
        try
        {
            AtomicFile.Write(path, stream =>
            {
                stream.Write(Magic);
                stream.Write(SHA256.HashData(content));
                stream.Write(content);
            });
        }
        catch (ArtifactWriteException)
        {
            // The kernels are compiled and can be used; the next process compiles them again.
        }
    }
}
