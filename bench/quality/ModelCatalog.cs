using System;
using System.Collections.Generic;
using System.IO;
using ModelGen.ClickThrough;
using ModelGen.Compiled;

namespace ModelGen.Quality;

/// <summary>Which model class stands for a host, an optimiser, a served width and an inner width.</summary>
internal sealed class ModelCatalog
{
    private readonly Dictionary<(Combination Combination, int Dimension, int Inner), IModelRuns> _models = [];
    private readonly string _root;
    private readonly Lazy<MovieLensRatings> _ratings;

    /// <summary>Creates the catalogue; no data is read yet.</summary>
    /// <param name="root">Folder that holds the folders frappe, kdd12-click-small and ml-1m.</param>
    public ModelCatalog(string root)
    {
        _root = root;
        _ratings = new Lazy<MovieLensRatings>(() => MovieLensRatings.Read(Path.Combine(root, "ml-1m")));
        Frappe<FrappeDlrmAdagrad4, FrappeDlrmAdagrad4x16, FrappeDlrmAdagrad4x64>("DLRM", "Adagrad", 4);
        Frappe<FrappeDlrmAdagrad8, FrappeDlrmAdagrad8x16, FrappeDlrmAdagrad8x64>("DLRM", "Adagrad", 8);
        Frappe<FrappeDlrmAdagrad16, FrappeDlrmAdagrad16x16, FrappeDlrmAdagrad16x64>("DLRM", "Adagrad", 16);
        Frappe<FrappeDlrmSgd4, FrappeDlrmSgd4x16, FrappeDlrmSgd4x64>("DLRM", "SGD", 4);
        Frappe<FrappeDlrmSgd8, FrappeDlrmSgd8x16, FrappeDlrmSgd8x64>("DLRM", "SGD", 8);
        Frappe<FrappeDlrmSgd16, FrappeDlrmSgd16x16, FrappeDlrmSgd16x64>("DLRM", "SGD", 16);
        Frappe<FrappeFmAdagrad4, FrappeFmAdagrad4x16, FrappeFmAdagrad4x64>("FM", "Adagrad", 4);
        Frappe<FrappeFmAdagrad8, FrappeFmAdagrad8x16, FrappeFmAdagrad8x64>("FM", "Adagrad", 8);
        Frappe<FrappeFmAdagrad16, FrappeFmAdagrad16x16, FrappeFmAdagrad16x64>("FM", "Adagrad", 16);
        Kdd12<Kdd12DlrmAdagrad4, Kdd12DlrmAdagrad4x16, Kdd12DlrmAdagrad4x64>("DLRM", "Adagrad", 4);
        Kdd12<Kdd12DlrmAdagrad8, Kdd12DlrmAdagrad8x16, Kdd12DlrmAdagrad8x64>("DLRM", "Adagrad", 8);
        Kdd12<Kdd12DlrmAdagrad16, Kdd12DlrmAdagrad16x16, Kdd12DlrmAdagrad16x64>("DLRM", "Adagrad", 16);
        Kdd12<Kdd12DlrmSgd4, Kdd12DlrmSgd4x16, Kdd12DlrmSgd4x64>("DLRM", "SGD", 4);
        Kdd12<Kdd12DlrmSgd8, Kdd12DlrmSgd8x16, Kdd12DlrmSgd8x64>("DLRM", "SGD", 8);
        Kdd12<Kdd12DlrmSgd16, Kdd12DlrmSgd16x16, Kdd12DlrmSgd16x64>("DLRM", "SGD", 16);
        Kdd12<Kdd12FmAdagrad4, Kdd12FmAdagrad4x16, Kdd12FmAdagrad4x64>("FM", "Adagrad", 4);
        Kdd12<Kdd12FmAdagrad8, Kdd12FmAdagrad8x16, Kdd12FmAdagrad8x64>("FM", "Adagrad", 8);
        Kdd12<Kdd12FmAdagrad16, Kdd12FmAdagrad16x16, Kdd12FmAdagrad16x64>("FM", "Adagrad", 16);
        Kdd12<Kdd12FmSgd4, Kdd12FmSgd4x16, Kdd12FmSgd4x64>("FM", "SGD", 4);
        Kdd12<Kdd12FmSgd8, Kdd12FmSgd8x16, Kdd12FmSgd8x64>("FM", "SGD", 8);
        Kdd12<Kdd12FmSgd16, Kdd12FmSgd16x16, Kdd12FmSgd16x64>("FM", "SGD", 16);
        MovieLens<MovieLensDlrmAdagrad4, MovieLensDlrmAdagrad4x16, MovieLensDlrmAdagrad4x64>("DLRM", "Adagrad", 4);
        MovieLens<MovieLensDlrmAdagrad8, MovieLensDlrmAdagrad8x16, MovieLensDlrmAdagrad8x64>("DLRM", "Adagrad", 8);
        MovieLens<MovieLensDlrmAdagrad16, MovieLensDlrmAdagrad16x16, MovieLensDlrmAdagrad16x64>("DLRM", "Adagrad", 16);
        MovieLens<MovieLensDlrmSgd4, MovieLensDlrmSgd4x16, MovieLensDlrmSgd4x64>("DLRM", "SGD", 4);
        MovieLens<MovieLensDlrmSgd8, MovieLensDlrmSgd8x16, MovieLensDlrmSgd8x64>("DLRM", "SGD", 8);
        MovieLens<MovieLensDlrmSgd16, MovieLensDlrmSgd16x16, MovieLensDlrmSgd16x64>("DLRM", "SGD", 16);
    }

    /// <summary>The model class of a row.</summary>
    public IModelRuns this[Combination combination, Setting setting] => _models[(combination, setting.Dimension, setting.Inner)];

    private void Frappe<TPlain, TInner16, TInner64>(string host, string optimizer, int dimension)
        where TPlain : FrappeExample, IEmbeddingModel<TPlain>
        where TInner16 : FrappeExample, IEmbeddingModel<TInner16>
        where TInner64 : FrappeExample, IEmbeddingModel<TInner64>
    {
        string folder = Path.Combine(_root, "frappe");
        Combination combination = new("frappe", host, optimizer);
        _models[(combination, dimension, 0)] = new ModelRuns<TPlain>(() => ClickSplits<TPlain>.ReadFrappe(folder));
        _models[(combination, dimension, 16)] = new ModelRuns<TInner16>(() => ClickSplits<TInner16>.ReadFrappe(folder));
        _models[(combination, dimension, 64)] = new ModelRuns<TInner64>(() => ClickSplits<TInner64>.ReadFrappe(folder));
    }

    private void Kdd12<TPlain, TInner16, TInner64>(string host, string optimizer, int dimension)
        where TPlain : Kdd12Example, IEmbeddingModel<TPlain>
        where TInner16 : Kdd12Example, IEmbeddingModel<TInner16>
        where TInner64 : Kdd12Example, IEmbeddingModel<TInner64>
    {
        string folder = Path.Combine(_root, "kdd12-click-small");
        Combination combination = new("kdd12-click-small", host, optimizer);
        _models[(combination, dimension, 0)] = new ModelRuns<TPlain>(() => ClickSplits<TPlain>.ReadKdd12(folder));
        _models[(combination, dimension, 16)] = new ModelRuns<TInner16>(() => ClickSplits<TInner16>.ReadKdd12(folder));
        _models[(combination, dimension, 64)] = new ModelRuns<TInner64>(() => ClickSplits<TInner64>.ReadKdd12(folder));
    }

    private void MovieLens<TPlain, TInner16, TInner64>(string host, string optimizer, int dimension)
        where TPlain : MovieLensExample, IEmbeddingModel<TPlain>, new()
        where TInner16 : MovieLensExample, IEmbeddingModel<TInner16>, new()
        where TInner64 : MovieLensExample, IEmbeddingModel<TInner64>, new()
    {
        Combination combination = new("ml-1m", host, optimizer);
        _models[(combination, dimension, 0)] = new ModelRuns<TPlain>(() => _ratings.Value.Splits<TPlain>());
        _models[(combination, dimension, 16)] = new ModelRuns<TInner16>(() => _ratings.Value.Splits<TInner16>());
        _models[(combination, dimension, 64)] = new ModelRuns<TInner64>(() => _ratings.Value.Splits<TInner64>());
    }
}
