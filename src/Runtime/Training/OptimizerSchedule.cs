using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Rates and bias corrections of every step, computed in double precision. They are a function of the step number alone, so a
/// resumed run takes the same ones; the momentum product of NAdam is multiplied up again from the first step when needed.
/// </summary>
internal sealed class OptimizerSchedule
{
    private readonly OptimizerSchema _schema;
    private readonly float _tableRate;
    private readonly float _factorRate;
    private readonly float _towerRate;
    private readonly long _decaySteps;
    private long _productStep;
    private double _product = 1;

    /// <summary>Creates the schedule of a model under the rates of a run.</summary>
    /// <param name="schema">The optimiser of the model.</param>
    /// <param name="options">The rates of the run.</param>
    /// <param name="totalSteps">Steps of the run, over which a falling rate reaches zero.</param>
    public OptimizerSchedule(OptimizerSchema schema, TrainingOptions options, long totalSteps)
    {
        _schema = schema;
        _decaySteps = options.RateDecay == RateDecay.Linear ? totalSteps : 0;
        _tableRate = Rate(options.TableLearningRate, options.LearningRate, schema.TableLearningRate, schema.LearningRate);
        _factorRate = Rate(options.FactorLearningRate, options.LearningRate, schema.FactorLearningRate, schema.LearningRate);
        _towerRate = Rate(options.TowerLearningRate, options.LearningRate, schema.TowerLearningRate, schema.LearningRate);
    }

    /// <summary>The scalars of step <paramref name="step"/>, 1 being the first.</summary>
    public OptimizerStep At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        double second = 1 / (1 - Math.Pow(_schema.Beta2, step));
        switch (_schema.Kind)
        {
            case OptimizerKind.Adam:
                return Create(step, 1 / (1 - Math.Pow(_schema.Beta1, step)), 0, second);

            case OptimizerKind.NAdam:
                double product = MomentumProduct(step);
                double next = Momentum(step + 1);
                return Create(step, next / (1 - (product * next)), (1 - Momentum(step)) / (1 - product), second);

            default:
                return Create(step, 1, 0, 1);
        }
    }

    private static float Rate(float? own, float? common, float schemaOwn, float schemaCommon) =>
        own ?? common ?? (schemaOwn > 0 ? schemaOwn : schemaCommon);

    private OptimizerStep Create(long step, double moment, double gradient, double second)
    {
        float share = _decaySteps == 0 ? 1 : (float)Math.Max(0, 1 - ((step - 1) / (double)_decaySteps));
        return new(_tableRate * share, _factorRate * share, _towerRate * share, (float)moment, (float)gradient, (float)second);
    }

    /// <summary>u_t of the NAdam paper, with its constant 0.96.</summary>
    private double Momentum(long step) => _schema.Beta1 * (1 - (0.5 * Math.Pow(0.96, step * (double)_schema.MomentumDecay)));

    /// <summary>u_1 u_2 ... u_t.</summary>
    private double MomentumProduct(long step)
    {
        if (step < _productStep)
        {
            (_productStep, _product) = (0, 1);
        }

        while (_productStep < step)
        {
            _product *= Momentum(++_productStep);
        }

        return _product;
    }
}
