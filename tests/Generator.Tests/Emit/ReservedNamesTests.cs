using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Parsing;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>The list behind rule MG1016 matches what the emitted text declares and names.</summary>
[TestClass]
public sealed class ReservedNamesTests
{
    // Inside the user's class only: the predictor is a class of its own, in which members of the model are not found.
    private static IEnumerable<SyntaxNode> Nodes => new[] { Sources.Dlrm, Sources.Fm, Sources.Quantized, Sources.Elsa }
        .SelectMany(source => Verify.Accepted(source).Files.Values)
        .SelectMany(text => Driver.Tree(text).GetRoot().DescendantNodes(node => node is not TypeDeclarationSyntax type || !type.Modifiers.Any(SyntaxKind.FileKeyword)));

    [TestMethod]
    public void Members_that_users_can_see_are_reserved()
    {
        IEnumerable<string> declared = Nodes.OfType<MethodDeclarationSyntax>().Where(m => m.Modifiers.Any(SyntaxKind.PublicKeyword)).Select(m => m.Identifier.ValueText)
            .Concat(Nodes.OfType<FieldDeclarationSyntax>().Where(f => f.Parent is TypeDeclarationSyntax { Parent: not TypeDeclarationSyntax }).SelectMany(f => f.Declaration.Variables).Select(v => v.Identifier.ValueText))
            .Concat(Nodes.OfType<PropertyDeclarationSyntax>().Where(p => p.ExplicitInterfaceSpecifier is null).Select(p => p.Identifier.ValueText));
        Complete(declared);
    }

    [TestMethod]
    public void Types_whose_members_the_text_names_are_reserved()
    {
        // The leftmost simple name of a member access, where a member of the class would be found before the type.
        Complete(Nodes.OfType<MemberAccessExpressionSyntax>()
            .Select(m => m.Expression).OfType<SimpleNameSyntax>().Select(n => n.Identifier.ValueText)
            .Where(name => char.IsUpper(name[0]) && name is not ("S" or "V")));
    }

    private static void Complete(IEnumerable<string> names)
    {
        string[] missing = [.. names.Distinct().Where(n => !ReservedNames.Contains(n)).Order()];
        Assert.IsEmpty(missing, $"add to Parsing/ReservedNames.cs: {string.Join(", ", missing)}");
    }
}
