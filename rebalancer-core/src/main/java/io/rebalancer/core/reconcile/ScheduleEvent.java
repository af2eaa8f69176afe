package io.rebalancer.core.reconcile;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A fact about the list of runs. Names and fields are stored. */
public sealed interface ScheduleEvent {

    /** A run was ordered. */
    record RunRegistered(RunOrder order, Instant at) implements ScheduleEvent {}

    /**
     * A run ended.
     *
     * @param roots identities of the object roots that it saw
     */
    record RunClosed(UUID runId, Map<StorageNodeId, String> roots, Instant at) implements ScheduleEvent {
        public RunClosed {
            roots = Map.copyOf(roots);
        }
    }

    /**
     * How a run ended; stored with its {@link RunClosed}. The audit log has no entry of it yet.
     *
     * @param abort why it ended early; empty if it did not
     * @param detail the reason for an operator, or empty text
     * @param compared the storage nodes that it compared completely
     */
    record RunEnded(
            UUID runId,
            RunPhase phase,
            Optional<AbortReason> abort,
            String detail,
            List<StorageNodeId> compared,
            Instant at)
            implements ScheduleEvent {
        public RunEnded {
            compared = List.copyOf(compared);
        }
    }

    /** The audit log has the entry of the end of a run. */
    record EndRecorded(UUID runId, Instant at) implements ScheduleEvent {}

    /**
     * From now on, runs begin at other times. Earlier times are not made up for.
     *
     * @param times cron expression and time zone, or empty text if no runs are scheduled
     * @param seed the seed of the timetable, which never changes
     */
    record TimesChanged(String times, UUID seed, Instant at) implements ScheduleEvent {}

    /**
     * A run begins at a cron time; stored with its {@link RunRegistered}.
     *
     * @param time the cron time
     * @param missed cron times before it for which no run began
     */
    record RunScheduled(UUID runId, Instant time, int missed, Instant at) implements ScheduleEvent {}

    /**
     * No run begins at a cron time.
     *
     * @param reason for an operator
     */
    record TimeSkipped(Instant time, String reason, Instant at) implements ScheduleEvent {}

    /** Whether the plan of a scheduled run is carried out; stored with the {@link RunRegistered} of the run that does it. */
    record ActDecided(UUID planId, RecurringRuns.Act act, Instant at) implements ScheduleEvent {}
}
