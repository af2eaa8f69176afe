package io.rebalancer.manager.reconcile;

import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Proves that every metadata shard takes writes now. A manager that is cut off from a shard, or that reads a frozen copy of one,
 * would take files for orphans whose records it can't see.
 */
final class WritableShards {
    private WritableShards() {}

    /** What is wrong with the first shard that takes no writes; empty if all do. */
    static Optional<String> of(MetadataTier tier, RunScope scope, Duration timeout) {
        for (int shard : tier.shards()) {
            scope.report("proves that metadata shard " + shard + " takes writes");
            try {
                scope.await(tier.proveWritable(shard), timeout);
            } catch (RunFault | TimeoutException e) {
                return Optional.of("metadata shard " + shard + " takes no writes: " + OneLine.of(e));
            }
        }
        return Optional.empty();
    }
}
