package io.rebalancer.core.plan;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A plan, as far as it is computed.
 *
 * @param endedAt when it became READY or FAILED; empty while it is RUNNING
 * @param expiresAt when it is forgotten; empty while it is RUNNING
 * @param duration how long its job may take
 */
public record PlanReport(
        UUID id,
        PlanOrder order,
        Instant createdAt,
        Optional<Instant> endedAt,
        Optional<Instant> expiresAt,
        PlanProgress progress,
        DurationBand duration) {

    /** The line of this plan in the list of plans. */
    public PlanSummary summary() {
        return new PlanSummary(
                id,
                order,
                createdAt,
                expiresAt,
                progress.state(),
                progress.moves().objects(),
                progress.moves().bytes());
    }
}
