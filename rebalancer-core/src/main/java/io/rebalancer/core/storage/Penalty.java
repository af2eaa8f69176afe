package io.rebalancer.core.storage;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;

/**
 * A destination gets few objects for a while, because it failed assignments.
 *
 * @param node the destination
 * @param cause what went wrong, as a stable word
 * @param strikes number of this penalty in a row, at least 1
 * @param since when it began
 * @param until when it ends
 * @param detail what went wrong last, as readable text
 */
public record Penalty(
        StorageNodeId node, PenaltyCause cause, int strikes, Instant since, Instant until, String detail) {
    /** The factor on the weight of a penalised destination. */
    public static final double FACTOR = 0.01;
}
