package io.rebalancer.core.explain;

import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.object.CopyLocation;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * An object in an assignment that has not ended.
 *
 * @param state how far the assignment is
 * @param plannedAt when it was planned; empty if an earlier incarnation of the job planned it
 */
public record ObjectInFlight(
        UUID objectId,
        UUID assignmentId,
        CopyLocation destination,
        AssignmentState state,
        Optional<Instant> plannedAt) {}
