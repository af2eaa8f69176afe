package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Reason;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * An operator's order to retry the exceptions with some reasons while the job runs.
 *
 * @param ordered reasons that the next pass retries; empty if nothing is ordered
 * @param running reasons that the current pass retries; empty if it visits other records too
 * @param unvisited records that the passes before left and the current one does not visit
 */
public record ExceptionRetry(Set<Reason> ordered, Set<Reason> running, UnmovedCounts unvisited) {
    public static final ExceptionRetry NONE = new ExceptionRetry(Set.of(), Set.of(), UnmovedCounts.ZERO);

    public ExceptionRetry {
        ordered = Collections.unmodifiableSet(new TreeSet<>(ordered));
        running = Collections.unmodifiableSet(new TreeSet<>(running));
    }

    /** Whether the next pass retries exceptions at an operator's order. */
    public boolean hasOrder() {
        return !ordered.isEmpty();
    }

    /** Those of the reasons that neither the current pass nor the next one retries yet. */
    Set<Reason> newOf(Set<Reason> reasons) {
        Set<Reason> more = new TreeSet<>(reasons);
        more.removeAll(ordered);
        more.removeAll(running);
        return more;
    }

    /** @param unmoved the records that the last pass left, before the event */
    ExceptionRetry after(JobEvent event, UnmovedCounts unmoved) {
        if (event instanceof JobEvent.RetryOrdered e) {
            Set<Reason> all = new TreeSet<>(ordered);
            all.addAll(e.reasons());
            return new ExceptionRetry(all, running, unvisited);
        }
        if (event instanceof JobEvent.PassStarted e) {
            // A pass over all exceptions carries out every order.
            return e.scope() == PassScope.SELECTED_RECORDS
                    ? new ExceptionRetry(Set.of(), ordered, unmoved.without(ordered))
                    : NONE;
        }
        if (event instanceof JobEvent.PassFinished) {
            return new ExceptionRetry(ordered, Set.of(), UnmovedCounts.ZERO);
        }
        // No exception is left.
        return event instanceof JobEvent.VerificationStarted ? NONE : this;
    }
}
