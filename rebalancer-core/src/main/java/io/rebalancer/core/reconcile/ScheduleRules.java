package io.rebalancer.core.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Decides which scheduled run begins now. Pure. */
public final class ScheduleRules {
    /** Clocks of managers differ by less. A decision that is further in the future was made with a wrong clock. */
    static final Duration MOST_CLOCK_DIFFERENCE = Duration.ofDays(1);

    /** Missed times are counted up to this number. */
    static final int MOST_MISSED = 1000;

    private ScheduleRules() {}

    /** What the schedule does now. */
    public sealed interface Decision {}

    /** Nothing. */
    public record Wait() implements Decision {}

    /** The times are other ones than before; runs begin at those after now. */
    public record ChangeTimes() implements Decision {}

    /**
     * The run of a cron time begins, late if none could begin then.
     *
     * @param missed cron times before it for which no run begins any more
     */
    public record Begin(Instant time, int missed) implements Decision {}

    /** No run begins at this cron time. */
    public record Skip(Instant time, String reason) implements Decision {}

    /**
     * Decides.
     *
     * @param times cron expression and time zone, or empty text if nothing is scheduled
     * @param timetable of these times; not used while the times are other ones than before
     */
    public static Decision decide(ScheduleState state, String times, Optional<RunTimetable> timetable, Instant now) {
        RecurringRuns runs = state.recurring();
        boolean clockWasWrong = !times.isEmpty() && runs.decidedTo().isAfter(now.plus(MOST_CLOCK_DIFFERENCE));
        if (!times.equals(runs.times()) || clockWasWrong) {
            return new ChangeTimes();
        }
        Optional<Instant> due = timetable.flatMap(table -> table.due(runs.decidedTo(), now));
        return due.isEmpty() ? new Wait() : decide(state, timetable.orElseThrow(), due.get());
    }

    private static Decision decide(ScheduleState state, RunTimetable timetable, Instant due) {
        Optional<RunOrder> working = state.recurringRun();
        if (working.isPresent()) {
            return new Skip(
                    due,
                    "run " + working.get().id() + " of an earlier time still works; wait until it ends, or cancel it");
        }
        UUID id = timetable.runId(due);
        if (state.find(id).isPresent() || state.hasEnded(id)) {
            return new Skip(due, "run " + id + " of this time began before the clock was set back");
        }
        return new Begin(due, timetable.between(state.recurring().decidedTo(), due, MOST_MISSED));
    }
}
