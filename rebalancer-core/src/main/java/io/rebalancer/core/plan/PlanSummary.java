package io.rebalancer.core.plan;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One line of the list of plans.
 *
 * @param expiresAt when the plan is forgotten; empty while it is RUNNING
 * @param objects objects that are placed so far
 * @param bytes content bytes of these objects
 */
public record PlanSummary(
        UUID id,
        PlanOrder order,
        Instant createdAt,
        Optional<Instant> expiresAt,
        PlanProgress.State state,
        long objects,
        long bytes) {}
