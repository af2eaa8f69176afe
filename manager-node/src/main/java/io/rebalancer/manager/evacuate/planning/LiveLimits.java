package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.settings.EvacuateSettings;
import java.util.function.Supplier;

/** The limits of a job's planning, which may change at any time. Thread-safe. */
public interface LiveLimits {

    /** The present limits. */
    PassLimits now();

    /** The space broker has answered: the weights of all jobs that plan are {@code total} together. */
    void learnTotalWeight(long total);

    /** The limits of the settings, without choices of operators. */
    static LiveLimits of(Supplier<EvacuateSettings> settings) {
        return new LiveLimits() {
            @Override
            public PassLimits now() {
                return PassLimits.of(settings.get());
            }

            @Override
            public void learnTotalWeight(long total) {
                // Only totals of the fleet are shared by weight, and here there are none.
            }
        };
    }
}
