package io.rebalancer.cluster.telemetry;

import io.rebalancer.cluster.settings.TraceSettings;
import java.util.Optional;
import java.util.UUID;

/** Chooses the assignments that are traced. Every process chooses the same ones, by their ids. */
public final class AssignmentTraces {
    /** Traces nothing. */
    public static final AssignmentTraces NONE = new AssignmentTraces(0);

    private final int oneIn;

    private AssignmentTraces(int oneIn) {
        this.oneIn = oneIn;
    }

    /** Those that the settings ask for. */
    public static AssignmentTraces of(TraceSettings settings) {
        return settings.endpoint().isPresent() ? new AssignmentTraces(settings.oneIn()) : NONE;
    }

    /** The assignment's trace, if it is one of those that are traced. */
    public Optional<AssignmentTrace> of(UUID assignmentId) {
        return oneIn > 0 && Math.floorMod(assignmentId.getLeastSignificantBits(), oneIn) == 0
                ? Optional.of(new AssignmentTrace(assignmentId))
                : Optional.empty();
    }
}
