package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.cluster.settings.RunScheduleSettings;
import io.rebalancer.core.reconcile.CronTimes;
import io.rebalancer.core.reconcile.RecurringRuns;
import io.rebalancer.core.reconcile.RunTimetable;
import io.rebalancer.core.reconcile.ScheduleStatus;
import io.rebalancer.core.reconcile.ScheduleStatus.IdleReason;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** The times of scheduled runs by the current settings. An expression is parsed once. Not thread-safe. */
final class RunTimes {
    private final Supplier<ReconcileSettings> settings;
    private String parsed = "";
    private Optional<CronTimes> times = Optional.empty();

    RunTimes(Supplier<ReconcileSettings> settings) {
        this.settings = settings;
    }

    /** Cron expression and time zone, or empty text if no run is scheduled. */
    String text() {
        ReconcileSettings current = settings.get();
        return current.enabled() ? current.schedule().times() : "";
    }

    /** The timetable; empty if no run is scheduled, or no schedule was ever stored. */
    Optional<RunTimetable> timetable(RecurringRuns runs) {
        String text = text();
        RunScheduleSettings schedule = settings.get().schedule();
        if (!text.equals(parsed)) {
            times = text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new CronTimes(CronExpression.parse(schedule.cron()), schedule.timeZone()));
            parsed = text;
        }
        return times.flatMap(each -> runs.seed().map(seed -> new RunTimetable(each, schedule.jitter(), seed)));
    }

    /**
     * The schedule for operators.
     *
     * @param fleetFault why the run that is due has not begun yet; empty if none is due
     */
    ScheduleStatus status(RecurringRuns runs, Optional<String> fleetFault, Instant now) {
        RunScheduleSettings schedule = settings.get().schedule();
        Instant after = runs.times().equals(text()) ? runs.decidedTo() : now;
        return new ScheduleStatus(
                schedule.cron(),
                schedule.timeZone().getId(),
                schedule.mode(),
                schedule.readContents(),
                schedule.act(),
                timetable(runs).flatMap(table -> table.nextStart(after, now)),
                idle(schedule, fleetFault),
                runs.last(),
                runs.skipped());
    }

    private Optional<ScheduleStatus.Idle> idle(RunScheduleSettings schedule, Optional<String> fleetFault) {
        if (!settings.get().enabled()) {
            return Optional.of(new ScheduleStatus.Idle(
                    IdleReason.DISABLED,
                    "reconciliation is switched off; set rebalancer.reconcile.enabled = on on all managers"));
        }
        if (schedule.cron().isEmpty()) {
            return Optional.of(new ScheduleStatus.Idle(
                    IdleReason.OFF, "no schedule is set; set rebalancer.reconcile.schedule.cron on all managers"));
        }
        return fleetFault.map(why -> new ScheduleStatus.Idle(
                IdleReason.FLEET_UNKNOWN,
                "a run is due, and begins when the storage nodes of the fleet are known: " + why));
    }
}
