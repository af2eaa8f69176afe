package io.rebalancer.core.reconcile;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What the schedule has decided about runs that begin at cron times.
 *
 * @param times cron expression and time zone, or empty text while no runs are scheduled
 * @param seed the seed of the timetable; empty before the first schedule
 * @param decidedTo cron times up to this one are decided
 * @param last the last run that began
 * @param skipped the last cron time without a run
 */
public record RecurringRuns(
        String times,
        Optional<UUID> seed,
        Instant decidedTo,
        Optional<ScheduledRun> last,
        Optional<SkippedTime> skipped) {
    /** Nothing was ever scheduled. */
    public static final RecurringRuns NONE =
            new RecurringRuns("", Optional.empty(), Instant.EPOCH, Optional.empty(), Optional.empty());

    /**
     * A scheduled run.
     *
     * @param time its cron time
     * @param missed cron times before it for which no run began
     * @param end how it ended; empty while it works
     * @param act what became of its plan; empty until that is decided, and if nothing is done automatically
     */
    public record ScheduledRun(
            UUID id, Instant time, Instant startedAt, int missed, Optional<End> end, Optional<Act> act) {
        ScheduledRun with(End ended) {
            return new ScheduledRun(id, time, startedAt, missed, Optional.of(ended), act);
        }

        ScheduledRun with(Act decided) {
            return new ScheduledRun(id, time, startedAt, missed, end, Optional.of(decided));
        }
    }

    /**
     * How a run ended.
     *
     * @param abort why it ended early; empty if it did not
     * @param detail the reason for an operator, or empty text
     */
    public record End(RunPhase phase, Optional<AbortReason> abort, String detail, Instant at) {}

    /**
     * What became of the plan of a scheduled run.
     *
     * @param run the run that carries it out; empty if nothing is done
     * @param detail why nothing is done, or empty text
     */
    public record Act(Optional<UUID> run, String detail) {}

    /**
     * A cron time without a run.
     *
     * @param reason for an operator
     */
    public record SkippedTime(Instant time, String reason) {}

    /** Whether this is the last scheduled run. */
    public boolean isLast(UUID runId) {
        return last.filter(run -> run.id().equals(runId)).isPresent();
    }

    RecurringRuns apply(ScheduleEvent.TimesChanged changed) {
        return new RecurringRuns(changed.times(), Optional.of(changed.seed()), changed.at(), last, skipped);
    }

    RecurringRuns apply(ScheduleEvent.RunScheduled run) {
        ScheduledRun next =
                new ScheduledRun(run.runId(), run.time(), run.at(), run.missed(), Optional.empty(), Optional.empty());
        return new RecurringRuns(times, seed, run.time(), Optional.of(next), skipped);
    }

    RecurringRuns apply(ScheduleEvent.TimeSkipped skip) {
        return new RecurringRuns(
                times, seed, skip.time(), last, Optional.of(new SkippedTime(skip.time(), skip.reason())));
    }

    RecurringRuns apply(ScheduleEvent.RunEnded ended) {
        End end = new End(ended.phase(), ended.abort(), ended.detail(), ended.at());
        return isLast(ended.runId()) ? withLast(last.map(run -> run.with(end))) : this;
    }

    RecurringRuns apply(ScheduleEvent.ActDecided decided) {
        return isLast(decided.planId()) ? withLast(last.map(run -> run.with(decided.act()))) : this;
    }

    private RecurringRuns withLast(Optional<ScheduledRun> changed) {
        return new RecurringRuns(times, seed, decidedTo, changed, skipped);
    }
}
