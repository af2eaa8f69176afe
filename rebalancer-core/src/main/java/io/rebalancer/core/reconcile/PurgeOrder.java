package io.rebalancer.core.reconcile;

import java.time.Instant;
import java.util.List;

/**
 * Makes an agent delete files in its quarantine for good.
 *
 * @param ids items of the quarantine, at most {@link QuarantineOrder#MAX_FILES}
 * @param movedBefore an item that was moved later is kept
 */
public record PurgeOrder(RunToken token, List<String> ids, Instant movedBefore) {
    /** Keeps a copy of the list. */
    public PurgeOrder {
        ids = List.copyOf(ids);
    }
}
