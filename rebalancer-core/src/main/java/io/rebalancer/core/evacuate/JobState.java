package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One evacuate job. Its size does not grow with the number of objects: marks have one entry per shard, {@code inFlight}
 * is bounded by the planner. It does grow with the exceptions of one pass, up to {@link JobRules#MAX_EXCEPTIONS}.
 *
 * @param leaving the node being emptied; empty before creation
 * @param maxRecords how many records the job may take up, or 0 for all
 * @param pass number of the current or last pass, 0 before the first
 * @param fruitlessPasses passes in a row that settled nothing
 * @param settled records that ended well, over all passes
 * @param settledBefore {@code settled} when the pass began
 * @param skipped records skipped in this pass
 * @param failed records failed in this pass
 * @param retryable records among those two that may go better next time
 * @param marks low-water mark of each shard; a shard without one is at {@link ScanPosition#START}
 * @param inFlight assignments that have not ended
 * @param excepted records already counted as skipped or failed in this pass, which a resumed scan will meet again
 * @param reason why the job failed, or empty text
 * @param commitParallelism records switched at a time as somebody chose, or 0 for what is configured
 * @param skippedBy {@code skipped} by cause
 * @param failedBy {@code failed} by cause, likewise
 * @param epoch of the job's incarnation, 0 before creation: see {@link io.rebalancer.core.assignment.FencingToken}
 */
public record JobState(
        JobPhase phase,
        Optional<CopyLocation> leaving,
        long maxRecords,
        int pass,
        int fruitlessPasses,
        SettledCounts settled,
        SettledCounts settledBefore,
        long skipped,
        long failed,
        long retryable,
        Map<Integer, ScanPosition> marks,
        Map<UUID, InFlightAssignment> inFlight,
        Set<RecordRef> excepted,
        String reason,
        int commitParallelism,
        Map<Reason, Long> skippedBy,
        Map<Reason, Long> failedBy,
        long epoch) {

    public static final JobState EMPTY = new JobState(
            JobPhase.NONE,
            Optional.empty(),
            0,
            0,
            0,
            SettledCounts.ZERO,
            SettledCounts.ZERO,
            0,
            0,
            0,
            Map.of(),
            Map.of(),
            Set.of(),
            "",
            0,
            Map.of(),
            Map.of(),
            0);

    public JobState {
        marks = Map.copyOf(marks);
        inFlight = Map.copyOf(inFlight);
        excepted = Set.copyOf(excepted);
        skippedBy = Map.copyOf(skippedBy);
        failedBy = Map.copyOf(failedBy);
    }

    /** The same without the records already excepted, of which there may be many: what is shown to people. */
    public JobState outline() {
        Draft draft = new Draft(this);
        draft.excepted.clear();
        return draft.build();
    }

    /** Records in assignments that have not ended. */
    public long recordsInFlight() {
        return inFlight.values().stream()
                .mapToLong(each -> each.assignment().tasks().size())
                .sum();
    }

    /** Records found so far: each is settled, excepted in this pass, or in flight. */
    public long discovered() {
        return settled.settled() + skipped + failed + recordsInFlight();
    }

    /** Records found in this pass that the operator wants left alone; they are in no other count. */
    public long excluded() {
        return marks.values().stream().mapToLong(ScanPosition::excluded).sum();
    }

    /** Records settled since the pass began. */
    public long settledInPass() {
        return settled.settled() - settledBefore.settled();
    }

    /**
     * The state after {@code event}. Total: it never throws for a stored event, has no side effect and asks no clock,
     * because the journal replays it.
     */
    public JobState apply(JobEvent event) {
        Draft draft = new Draft(this);
        if (event instanceof JobEvent.JobCreated e) {
            draft.phase = JobPhase.SETUP;
            draft.leaving = Optional.of(e.leaving());
            draft.maxRecords = e.maxRecords();
            draft.epoch = 1;
        } else if (event instanceof JobEvent.IncarnationBegan e) {
            draft.epoch = e.epoch();
        } else if (event instanceof JobEvent.PassStarted e) {
            draft.startPass(e.pass());
        } else if (event instanceof JobEvent.AssignmentPlanned e) {
            draft.inFlight.put(e.assignment().id(), InFlightAssignment.planned(e.assignment()));
            draft.marks.putAll(e.marks());
        } else if (event instanceof JobEvent.RecordsExcepted e) {
            draft.except(e.exceptions());
            draft.marks.putAll(e.marks());
        } else if (event instanceof JobEvent.ScanAdvanced e) {
            draft.marks.putAll(e.marks());
        } else if (event instanceof JobEvent.CopiesFinished e) {
            draft.inFlight.computeIfPresent(e.assignmentId(), (id, each) -> each.withCopies(e.failures()));
        } else if (event instanceof JobEvent.RelocationsCommitted e) {
            draft.end(e.assignmentId(), e.failures());
            draft.settled = draft.settled.plus(e.tally());
        } else if (event instanceof JobEvent.AssignmentLost e) {
            draft.end(e.assignmentId(), e.failures());
        } else if (event instanceof JobEvent.PassFinished) {
            draft.finishPass(settledInPass() > 0);
        } else if (event instanceof JobEvent.CommitParallelismSet e) {
            draft.commitParallelism = e.records();
        } else if (event instanceof JobEvent.JobEnded e) {
            draft.phase = e.phase();
            draft.reason = e.reason();
        } else {
            throw new AssertionError("event without a rule: " + event.getClass().getName());
        }
        return draft.build();
    }

    /** Working copy of a state; lives only inside {@link #apply}. */
    private static final class Draft {
        private final JobState from;
        private JobPhase phase;
        private Optional<CopyLocation> leaving;
        private long maxRecords;
        private int pass;
        private int fruitlessPasses;
        private SettledCounts settled;
        private SettledCounts settledBefore;
        private long skipped;
        private long failed;
        private long retryable;
        private final Map<Integer, ScanPosition> marks;
        private final Map<UUID, InFlightAssignment> inFlight;
        private final Set<RecordRef> excepted;
        private String reason;
        private int commitParallelism;
        private final Map<Reason, Long> skippedBy;
        private final Map<Reason, Long> failedBy;
        private long epoch;

        Draft(JobState from) {
            this.from = from;
            this.phase = from.phase;
            this.leaving = from.leaving;
            this.maxRecords = from.maxRecords;
            this.pass = from.pass;
            this.fruitlessPasses = from.fruitlessPasses;
            this.settled = from.settled;
            this.settledBefore = from.settledBefore;
            this.skipped = from.skipped;
            this.failed = from.failed;
            this.retryable = from.retryable;
            this.marks = new HashMap<>(from.marks);
            this.inFlight = new HashMap<>(from.inFlight);
            this.excepted = new HashSet<>(from.excepted);
            this.reason = from.reason;
            this.commitParallelism = from.commitParallelism;
            this.skippedBy = new HashMap<>(from.skippedBy);
            this.failedBy = new HashMap<>(from.failedBy);
            this.epoch = from.epoch;
        }

        void startPass(int number) {
            phase = JobPhase.RUNNING;
            pass = number;
            settledBefore = settled;
            skipped = 0;
            failed = 0;
            retryable = 0;
            skippedBy.clear();
            failedBy.clear();
            marks.clear();
            excepted.clear();
        }

        void finishPass(boolean fruitful) {
            phase = JobPhase.WAITING;
            fruitlessPasses = fruitful ? 0 : from.fruitlessPasses + 1;
            excepted.clear();
        }

        void end(UUID assignmentId, List<UnmovedRecord> failures) {
            inFlight.remove(assignmentId);
            except(failures);
        }

        void except(List<UnmovedRecord> exceptions) {
            for (UnmovedRecord exception : exceptions) {
                if (excepted.add(exception.record())) {
                    count(exception);
                }
            }
        }

        private void count(UnmovedRecord exception) {
            switch (exception.kind()) {
                case SKIPPED -> {
                    skipped++;
                    skippedBy.merge(exception.reason(), 1L, Long::sum);
                }
                case FAILED -> {
                    failed++;
                    failedBy.merge(exception.reason(), 1L, Long::sum);
                }
            }
            switch (exception.reason().retryClass()) {
                case TRANSIENT, PRESSURE -> retryable++;
                case PERMANENT -> {}
            }
        }

        JobState build() {
            return new JobState(
                    phase,
                    leaving,
                    maxRecords,
                    pass,
                    fruitlessPasses,
                    settled,
                    settledBefore,
                    skipped,
                    failed,
                    retryable,
                    marks,
                    inFlight,
                    excepted,
                    reason,
                    commitParallelism,
                    skippedBy,
                    failedBy,
                    epoch);
        }
    }
}
