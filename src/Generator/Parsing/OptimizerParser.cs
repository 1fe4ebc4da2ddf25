using System;
using System.Globalization;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Parsing;

/// <summary>An optimiser attribute -> its spec, rates and constants checked. Without one it is Adagrad, and NAdam with rate 0.1 for ELSA.</summary>
internal static class OptimizerParser
{
    private const float DefaultRate = 0.01f;

    public static OptimizerSpec Parse(Reporter report, AttributeReader? optimizer, string owner, bool elsa = false)
    {
        if (optimizer is null && elsa)
        {
            return new OptimizerSpec(OptimizerRule.NAdam, 0.1f, 0.1f, 0.1f, 0.1f, 1e-7f, 0.9f, 0.999f, Lazy: true);
        }

        if (optimizer is null)
        {
            return new OptimizerSpec(OptimizerRule.Adagrad, DefaultRate, DefaultRate, DefaultRate, DefaultRate, 1e-10f, 0.9f, 0.999f, Lazy: true);
        }

        var rule = (OptimizerRule)Enum.Parse(typeof(OptimizerRule), optimizer.Name);
        float rate = Rate("LearningRate", DefaultRate, zeroIsDefault: false);
        float epsilon = optimizer.Get("Epsilon", rule switch { OptimizerRule.Adam => 1e-8f, OptimizerRule.NAdam => 1e-7f, _ => 1e-10f });
        float beta1 = optimizer.Get("Beta1", 0.9f), beta2 = optimizer.Get("Beta2", 0.999f);
        Constant("Epsilon", epsilon, epsilon > 0 && !float.IsInfinity(epsilon), "a positive finite number");
        float decay = optimizer.Get("MomentumDecay", 0.004f);
        Constant("MomentumDecay", decay, decay >= 0 && !float.IsInfinity(decay), "a finite number of at least 0");
        Constant("Beta1", beta1, beta1 is >= 0 and < 1, "at least 0 and below 1");
        Constant("Beta2", beta2, beta2 is >= 0 and < 1, "at least 0 and below 1");
        return new OptimizerSpec(
            rule, rate, Rate("TableLearningRate", rate), Rate("FactorLearningRate", rate), Rate("TowerLearningRate", rate), epsilon, beta1, beta2, optimizer.Get("Lazy", true)) { MomentumDecay = decay };

        float Rate(string name, float fallback, bool zeroIsDefault = true)
        {
            float value = optimizer.Get(name, zeroIsDefault ? 0f : fallback);
            if (value == 0 && zeroIsDefault)
            {
                return fallback;
            }

            if (!(value > 0) || float.IsInfinity(value))
            {
                report.Add(
                    Descriptors.LearningRate, optimizer.At(name), name, optimizer.Name, owner, value.ToString(CultureInfo.InvariantCulture),
                    zeroIsDefault ? ", or 0 for LearningRate" : string.Empty);
            }

            return value;
        }

        void Constant(string name, float value, bool holds, string range)
        {
            if (!holds)
            {
                report.Add(Descriptors.OptimizerConstant, optimizer.At(name), name, optimizer.Name, owner, value.ToString(CultureInfo.InvariantCulture), range);
            }
        }
    }
}
