package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.settings.WeightTotals;
import java.util.function.Supplier;

/** The limits of a job's planning, which may change at any time. Thread-safe. */
public interface LiveLimits {

    /** The present limits. */
    PassLimits now();

    /** The space broker has answered with the weights of all jobs that plan. */
    void learnWeights(WeightTotals weights);

    /** The limits of the settings, without choices of operators. */
    static LiveLimits of(Supplier<EvacuateSettings> settings) {
        return new LiveLimits() {
            @Override
            public PassLimits now() {
                return PassLimits.of(settings.get());
            }

            @Override
            public void learnWeights(WeightTotals weights) {
                // No operator chose a weight.
            }
        };
    }
}
