package io.rebalancer.manager.evacuate.planning;

import java.time.Instant;
import java.util.Optional;

/**
 * Why objects of a pass wait before they are in an assignment.
 *
 * @param cause what they wait for
 * @param since when the first of them began to wait
 * @param until when the wait of the first ends at the latest; empty if it has no end
 * @param objects the number of objects that wait, as far as it is known
 * @param detail the cause as readable text
 */
public record PlanningWait(Cause cause, Instant since, Optional<Instant> until, int objects, String detail) {

    /** What objects wait for. */
    public enum Cause {
        /** Storinfo or the job registry has not replied since this manager started. */
        STORAGE_NODES_UNKNOWN,
        /** The space broker does not reply. */
        SPACE_BROKER_SILENT,
        /** The space broker has started a moment ago, and waits until all jobs have announced their leases. */
        SPACE_BROKER_LEARNING,
        /** Only nodes with an unreachable agent could take the objects. */
        DESTINATION_UNREACHABLE,
        /** The job may plan no more bytes for the moment. */
        RATE_LIMIT
    }
}
