package io.rebalancer.core.reconcile;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** A fact about the list of runs. Names and fields are stored. */
public sealed interface ScheduleEvent {

    /** A run was ordered. */
    record RunRegistered(RunOrder order, Instant at) implements ScheduleEvent {}

    /**
     * A run ended.
     *
     * @param roots identities of the object roots that it saw
     */
    record RunClosed(UUID runId, Map<StorageNodeId, String> roots, Instant at) implements ScheduleEvent {
        public RunClosed {
            roots = Map.copyOf(roots);
        }
    }
}
