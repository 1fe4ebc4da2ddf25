using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Tests.Catalogue;

/// <summary>What is done to every model of the catalogue.</summary>
internal interface IModelAction
{
    void Run<T>()
        where T : class, IEmbeddingModel<T>;
}

/// <summary>The compiled models that the tests go through, by name.</summary>
internal static class AllModels
{
    private static readonly Dictionary<string, Action<IModelAction>> s_models = new()
    {
        [nameof(DlrmMixed)] = a => a.Run<DlrmMixed>(),
        [nameof(DlrmShared)] = a => a.Run<DlrmShared>(),
        [nameof(DlrmOdd)] = a => a.Run<DlrmOdd>(),
        [nameof(DlrmWide)] = a => a.Run<DlrmWide>(),
        [nameof(DlrmKeys)] = a => a.Run<DlrmKeys>(),
        [nameof(DlrmFlat)] = a => a.Run<DlrmFlat>(),
        [nameof(DlrmMany)] = a => a.Run<DlrmMany>(),
        [nameof(FmSmallest)] = a => a.Run<FmSmallest>(),
        [nameof(FmNumerics)] = a => a.Run<FmNumerics>(),
        [nameof(FmTwelve)] = a => a.Run<FmTwelve>(),
        [nameof(FmForms)] = a => a.Run<FmForms>(),
        [nameof(FmDefault)] = a => a.Run<FmDefault>(),
        [nameof(FmFactored)] = a => a.Run<FmFactored>(),
        [nameof(DlrmQuantized)] = a => a.Run<DlrmQuantized>(),
        [nameof(FmQuantized)] = a => a.Run<FmQuantized>(),
        [nameof(FmCodebooks)] = a => a.Run<FmCodebooks>(),
        [nameof(FmSoftmax)] = a => a.Run<FmSoftmax>(),
        [nameof(FmNormalized)] = a => a.Run<FmNormalized>(),
        [nameof(FmFactoredQueries)] = a => a.Run<FmFactoredQueries>(),
        [nameof(FmAverages)] = a => a.Run<FmAverages>(),
        [nameof(GmfDense)] = a => a.Run<GmfDense>(),
        [nameof(GmfRanking)] = a => a.Run<GmfRanking>(),
        [nameof(NeuMfMixed)] = a => a.Run<NeuMfMixed>(),
        [nameof(NeuMfOdd)] = a => a.Run<NeuMfOdd>(),
        [nameof(TwoTowerRating)] = a => a.Run<TwoTowerRating>(),
        [nameof(MfClustered)] = a => a.Run<MfClustered>(),
        [nameof(MfItems)] = a => a.Run<MfItems>(),
        [nameof(MfBiases)] = a => a.Run<MfBiases>(),
        [nameof(MfNonNegative)] = a => a.Run<MfNonNegative>(),
        [nameof(MfResidual)] = a => a.Run<MfResidual>(),
        [nameof(DlrmResidual)] = a => a.Run<DlrmResidual>(),
        [nameof(DlrmClustered)] = a => a.Run<DlrmClustered>(),
        [nameof(FmClustered)] = a => a.Run<FmClustered>(),
        [nameof(FmQuantizedSmallest)] = a => a.Run<FmQuantizedSmallest>(),
    };

    /// <summary>One row per model, for data-driven tests.</summary>
    public static IEnumerable<object[]> Names => s_models.Keys.Select(name => new object[] { name });

    public static void Run(string name, IModelAction action) => s_models[name](action);
}
