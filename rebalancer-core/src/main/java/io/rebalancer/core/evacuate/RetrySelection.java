package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Reason;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The records that a job looks at, if it does not look at all of them: those that an ended job lists as exceptions with one of
 * these reasons. They are read by key, without a scan.
 *
 * @param jobId the ended job
 * @param revision number of its events; its list of exceptions is complete when it includes them
 * @param reasons at least one
 */
public record RetrySelection(UUID jobId, long revision, Set<Reason> reasons) {

    /** @throws IllegalArgumentException if there is no reason */
    public RetrySelection {
        if (reasons.isEmpty()) {
            throw new IllegalArgumentException("a retry of some exceptions needs at least one reason");
        }
        reasons = Collections.unmodifiableSet(new TreeSet<>(reasons));
    }
}
