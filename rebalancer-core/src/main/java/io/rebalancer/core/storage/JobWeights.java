package io.rebalancer.core.storage;

import io.rebalancer.core.settings.WeightTotals;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The weights of the jobs that plan now, as they announce them. What the fleet may do is shared by weight, so a job that does
 * not announce its weight for {@link #EXPIRY} gives its share to the others. Not thread-safe.
 */
public final class JobWeights {
    /** After this time without an announcement a job has no share. */
    public static final Duration EXPIRY = Duration.ofSeconds(10);

    private final Map<UUID, Announced> byJob = new HashMap<>();

    private record Announced(long weight, Instant at) {}

    /**
     * A job announces its weight.
     *
     * @return the weights of all jobs that plan
     */
    public WeightTotals announce(UUID jobId, long weight, Instant now) {
        byJob.put(jobId, new Announced(weight, now));
        expire(now);
        return new WeightTotals(
                byJob.values().stream().mapToLong(Announced::weight).sum(),
                byJob.values().stream().mapToLong(Announced::weight).max().orElse(0));
    }

    /** Forgets the jobs that have not announced their weight for a while. */
    private void expire(Instant now) {
        byJob.values().removeIf(each -> each.at().plus(EXPIRY).isBefore(now));
    }
}
