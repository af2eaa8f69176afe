package io.rebalancer.core.inventory;

import java.time.Instant;
import java.util.UUID;

/**
 * How far an agent is with the inventory for a run.
 *
 * @param runId the run that the inventory is for
 * @param rootId identity of the object root, from its sentinel file; empty text if it is not known
 * @param begunAt when the listing began, by the clock of the storage node
 * @param clock the clock of the storage node now
 * @param coverage what is listed so far, and at the end
 * @param detail for {@link State#FAILED}: what is wrong where, and what to do; else empty text
 */
public record InventoryStatus(
        UUID runId, State state, String rootId, Instant begunAt, Instant clock, Coverage coverage, String detail) {

    /** The states of an inventory. */
    public enum State {
        /** The agent has no inventory for the run: it was dropped, or another run has begun one since. */
        NONE,
        /** Files are being listed and sorted. */
        LISTING,
        /** All files are listed; digests and entries can be read. */
        READY,
        /** The object root has no sentinel file, or that of another node: it may not be mounted. Nothing was listed. */
        WRONG_ROOT,
        /** The inventory could not be made. */
        FAILED
    }
}
