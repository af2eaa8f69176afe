package io.rebalancer.core.reconcile;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * When scheduled runs begin, and what became of the last one.
 *
 * @param cron the cron expression, or empty text
 * @param timeZone the name of its time zone
 * @param mode of scheduled runs
 * @param readContents whether they read the contents of all files too
 * @param act the classes of repairs that are carried out after a scheduled plan
 * @param nextStart when the next run begins; empty if none is scheduled
 * @param idle why none is scheduled, or why a due run has not begun yet; empty if neither
 * @param last the last scheduled run
 * @param skipped the last cron time without a run
 */
public record ScheduleStatus(
        String cron,
        String timeZone,
        RunMode mode,
        boolean readContents,
        Set<Repair> act,
        Optional<Instant> nextStart,
        Optional<Idle> idle,
        Optional<RecurringRuns.ScheduledRun> last,
        Optional<RecurringRuns.SkippedTime> skipped) {
    public ScheduleStatus {
        act = Set.copyOf(act);
    }

    /**
     * Why no run begins.
     *
     * @param detail what is wrong and what to do
     */
    public record Idle(IdleReason reason, String detail) {}

    /** The reasons. */
    public enum IdleReason {
        /** There is no cron expression. */
        OFF,
        /** Reconciliation is switched off. */
        DISABLED,
        /** A run is due, and the storage nodes of the fleet are not known. */
        FLEET_UNKNOWN
    }
}
