package io.rebalancer.manager.jobs;

import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.http.v1.jobs.JobUpdate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The updates of a job that a subscriber must not miss, for those that reconnect: each change of state and each update with
 * exceptions after a revision. Their number is limited; the oldest are forgotten first.
 */
final class RecentUpdates {
    static final int MAX_UPDATES = 2_000;
    static final int MAX_EXCEPTIONS = 20_000;

    private final Deque<JobUpdate> updates = new ArrayDeque<>();
    private int exceptions;
    private long from;

    /** @param from the revision after which updates are kept */
    RecentUpdates(long from) {
        this.from = from;
    }

    /** The revision after which each notable update is here. */
    long from() {
        return from;
    }

    void add(JobUpdate update) {
        if (update.isNotable()) {
            updates.addLast(slim(update));
            exceptions += update.exceptions().size();
            forgetOldest();
        }
    }

    /**
     * Adds updates before all others.
     *
     * @param start the revision after which {@code earlier} has all notable updates up to {@link #from}, oldest first
     */
    void addBefore(long start, List<JobUpdate> earlier) {
        for (int i = earlier.size() - 1; i >= 0; i--) {
            updates.addFirst(slim(earlier.get(i)));
            exceptions += earlier.get(i).exceptions().size();
        }
        from = start;
        forgetOldest();
    }

    private void forgetOldest() {
        while (updates.size() > MAX_UPDATES || exceptions > MAX_EXCEPTIONS) {
            JobUpdate oldest = updates.removeFirst();
            exceptions -= oldest.exceptions().size();
            from = oldest.revision();
        }
    }

    /** The notable updates after {@code revision}, which is at least {@link #from}; oldest first. */
    List<JobUpdate> after(long revision) {
        return updates.stream().filter(update -> update.revision() > revision).toList();
    }

    /** Only changes of state are shown with the assignments in flight, which may be many. */
    private static JobUpdate slim(JobUpdate update) {
        JobOutline job = update.state();
        if (update.changesState() || job.assignments().isEmpty()) {
            return update;
        }
        JobOutline outline = new JobOutline(
                job.phase(),
                job.order(),
                job.epoch(),
                job.pass(),
                job.scan(),
                List.of(),
                job.releasesPending(),
                job.outcomes(),
                job.verification(),
                job.settings(),
                job.reason());
        return new JobUpdate(update.revision(), outline, update.exceptions(), update.waiting(), false);
    }
}
