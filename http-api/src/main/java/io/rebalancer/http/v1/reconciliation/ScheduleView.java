package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.RecurringRuns;
import io.rebalancer.core.reconcile.RecurringRuns.ScheduledRun;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.ScheduleStatus;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * When runs begin without an order, and what became of the last one.
 *
 * @param cron a Unix cron expression, or empty text
 * @param act the classes of repairs that are carried out after a scheduled plan
 * @param nextStart absent if no run is scheduled
 * @param idle why no run is scheduled, or why a due run has not begun; absent if neither
 * @param lastRun absent before the first one
 * @param skipped the last scheduled time without a run; absent if there is none
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ScheduleView(
        String cron,
        String timeZone,
        String mode,
        boolean readContents,
        List<String> act,
        Optional<Instant> nextStart,
        Optional<IdleView> idle,
        Optional<LastRunView> lastRun,
        Optional<SkippedView> skipped) {

    /**
     * Why no run begins.
     *
     * @param reason a stable word, such as {@code disabled}
     */
    record IdleView(String reason, String detail) {
        static IdleView of(ScheduleStatus.Idle idle) {
            return new IdleView(StableWord.of(idle.reason()), idle.detail());
        }
    }

    /** A scheduled time without a run. */
    record SkippedView(Instant scheduledFor, String reason) {
        static SkippedView of(RecurringRuns.SkippedTime skipped) {
            return new SkippedView(skipped.time(), skipped.reason());
        }
    }

    /**
     * The last scheduled run.
     *
     * @param missed scheduled times before it for which no run began
     * @param outcome {@code running}, {@code finished} or {@code aborted}
     * @param abort why it ended early; absent unless it did, as {@code detail}
     * @param endedAt absent while it works
     * @param repairs what became of its plan; absent until that is decided, and if nothing is carried out automatically
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record LastRunView(
            UUID id,
            Instant scheduledFor,
            Instant startedAt,
            int missed,
            String outcome,
            Optional<String> abort,
            Optional<String> detail,
            Optional<Instant> endedAt,
            Optional<RepairsView> repairs) {
        static LastRunView of(ScheduledRun run) {
            return new LastRunView(
                    run.id(),
                    run.time(),
                    run.startedAt(),
                    run.missed(),
                    run.end().map(end -> outcome(end.phase())).orElse("running"),
                    run.end().flatMap(RecurringRuns.End::abort).map(AbortReason::word),
                    run.end().map(RecurringRuns.End::detail).filter(text -> !text.isEmpty()),
                    run.end().map(RecurringRuns.End::at),
                    run.act().map(RepairsView::of));
        }

        private static String outcome(RunPhase phase) {
            return phase == RunPhase.FINISHED ? "finished" : "aborted";
        }
    }

    /**
     * What became of a plan.
     *
     * @param run the run that carries it out; absent if nothing is done
     * @param detail why nothing is done; absent if something is
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record RepairsView(Optional<UUID> run, Optional<String> detail) {
        static RepairsView of(RecurringRuns.Act act) {
            return new RepairsView(act.run(), Optional.of(act.detail()).filter(text -> !text.isEmpty()));
        }
    }

    static ScheduleView of(ScheduleStatus schedule) {
        return new ScheduleView(
                schedule.cron(),
                schedule.timeZone(),
                schedule.mode().word(),
                schedule.readContents(),
                schedule.act().stream().sorted().map(Repair::word).toList(),
                schedule.nextStart(),
                schedule.idle().map(IdleView::of),
                schedule.last().map(LastRunView::of),
                schedule.skipped().map(SkippedView::of));
    }
}
