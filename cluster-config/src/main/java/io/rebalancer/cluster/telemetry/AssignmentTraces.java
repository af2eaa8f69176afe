package io.rebalancer.cluster.telemetry;

import io.rebalancer.cluster.settings.TraceSettings;
import java.util.Optional;
import java.util.UUID;

/**
 * Samples assignments for tracing. The choice depends on the assignment id only, so every process makes the same one.
 */
public final class AssignmentTraces {
    /** Traces nothing. */
    public static final AssignmentTraces NONE = new AssignmentTraces(0);

    private final int oneIn;

    private AssignmentTraces(int oneIn) {
        this.oneIn = oneIn;
    }

    /** The sampler for the given settings; {@link #NONE} if they name no endpoint. */
    public static AssignmentTraces of(TraceSettings settings) {
        return settings.endpoint().isPresent() ? new AssignmentTraces(settings.oneIn()) : NONE;
    }

    /** The trace of an assignment, or empty if the assignment is not sampled. */
    public Optional<AssignmentTrace> of(UUID assignmentId) {
        return oneIn > 0 && Math.floorMod(assignmentId.getLeastSignificantBits(), oneIn) == 0
                ? Optional.of(new AssignmentTrace(assignmentId))
                : Optional.empty();
    }
}
