namespace System.Runtime.CompilerServices
{
    // Lets records and init-only properties compile against netstandard2.0.
    internal static class IsExternalInit;
}
