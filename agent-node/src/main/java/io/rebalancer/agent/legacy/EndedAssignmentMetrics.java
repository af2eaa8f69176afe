package io.rebalancer.agent.legacy;

import io.rebalancer.core.legacy.LegacyEvent;
import io.rebalancer.core.legacy.LegacyState;
import java.util.List;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;

/** How many ended assignments the agent keeps, and how many have expired. */
final class EndedAssignmentMetrics {
    private final Gauge ended = Kamon.gauge("rebalancer.legacy.ended").withoutTags();
    private final Counter expired = Kamon.counter("rebalancer.legacy.expired").withoutTags();

    /** @param events the events that led to {@code stored} */
    void record(LegacyState stored, List<LegacyEvent> events) {
        ended.update(stored.ended().size());
        for (LegacyEvent event : events) {
            if (event instanceof LegacyEvent.LegacyExpired expiry) {
                expired.increment(expiry.count());
            }
        }
    }
}
