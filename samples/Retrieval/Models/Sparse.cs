namespace ModelGen.Retrieval;

// Compressed ELSA: wide rows of which the largest entries are kept. Width and kept entries are literals of the generated kernels.

/// <summary>128 of 4,096 entries per row: 1,024 bytes per item as published, 512 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 4096, Kept = 128)]
public sealed partial class Sparse4096Kept128 : Meeting;

/// <summary>64 of 4,096 entries per row: 512 bytes per item as published, 256 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 4096, Kept = 64)]
public sealed partial class Sparse4096Kept64 : Meeting;

/// <summary>128 of 1,024 entries per row: 1,024 bytes per item as published, 512 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 1024, Kept = 128)]
public sealed partial class Sparse1024Kept128 : Meeting;

/// <summary>64 of 1,024 entries per row: 512 bytes per item as published, 256 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 1024, Kept = 64)]
public sealed partial class Sparse1024Kept64 : Meeting;

/// <summary>32 of 1,024 entries per row: 256 bytes per item as published, 128 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 1024, Kept = 32)]
public sealed partial class Sparse1024Kept32 : Meeting;

/// <summary>16 of 1,024 entries per row: 128 bytes per item as published, 64 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 1024, Kept = 16)]
public sealed partial class Sparse1024Kept16 : Meeting;

/// <summary>8 of 1,024 entries per row: 64 bytes per item as published, 32 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 1024, Kept = 8)]
public sealed partial class Sparse1024Kept8 : Meeting;

/// <summary>64 of 256 entries per row: 512 bytes per item as published, 256 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 256, Kept = 64)]
public sealed partial class Sparse256Kept64 : Meeting;

/// <summary>32 of 256 entries per row: 256 bytes per item as published, 128 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 256, Kept = 32)]
public sealed partial class Sparse256Kept32 : Meeting;

/// <summary>16 of 256 entries per row: 128 bytes per item as published, 64 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 256, Kept = 16)]
public sealed partial class Sparse256Kept16 : Meeting;

/// <summary>8 of 256 entries per row: 64 bytes per item as published, 32 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 256, Kept = 8)]
public sealed partial class Sparse256Kept8 : Meeting;

/// <summary>4 of 256 entries per row: 32 bytes per item as published, 16 in 16-bit floats with 16-bit columns.</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 256, Kept = 4)]
public sealed partial class Sparse256Kept4 : Meeting;
