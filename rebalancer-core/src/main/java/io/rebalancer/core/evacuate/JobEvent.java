package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A fact about one evacuate job, as stored in the journal. The class names are part of the stored format: never rename
 * or move one, never reuse a component.
 */
public sealed interface JobEvent {

    /** The records that the event counts as skipped or failed, with their reasons; mostly none. */
    default List<UnmovedRecord> unmoved() {
        if (this instanceof RecordsExcepted e) {
            return e.exceptions();
        }
        if (this instanceof RelocationsCommitted e) {
            return e.failures();
        }
        return this instanceof AssignmentLost e ? e.failures() : List.of();
    }

    /**
     * The job exists; the node it empties is fixed for good.
     *
     * @param maxRecords the number of records the job may take on, or 0 for all
     */
    record JobCreated(CopyLocation leaving, long maxRecords, Instant at) implements JobEvent {}

    /** A scan of all shards began. It meets the exceptions of the previous pass again. */
    record PassStarted(int pass, Instant at) implements JobEvent {}

    /**
     * An assignment is planned. From now on it is sent to its agent until the agent reports.
     *
     * @param marks the low-water marks that moved; they count this assignment's records as stored
     */
    record AssignmentPlanned(Assignment assignment, Map<Integer, ScanPosition> marks) implements JobEvent {
        public AssignmentPlanned {
            marks = Map.copyOf(marks);
        }
    }

    /** Records that get no assignment in this pass, with their reasons. */
    record RecordsExcepted(List<UnmovedRecord> exceptions, Map<Integer, ScanPosition> marks) implements JobEvent {
        public RecordsExcepted {
            exceptions = List.copyOf(exceptions);
            marks = Map.copyOf(marks);
        }
    }

    /** The scan passed rows that need nothing. */
    record ScanAdvanced(Map<Integer, ScanPosition> marks) implements JobEvent {
        public ScanAdvanced {
            marks = Map.copyOf(marks);
        }
    }

    /** The agent's copies are verified and flushed, except for {@code failures}. */
    record CopiesFinished(UUID assignmentId, List<UnmovedRecord> failures) implements JobEvent {
        public CopiesFinished {
            failures = List.copyOf(failures);
        }
    }

    /**
     * The assignment is committed: each copied record is swapped or accounted for. The assignment ends.
     *
     * @param tally the records that ended well, by outcome
     * @param failures records that still name the leaving node
     */
    record RelocationsCommitted(UUID assignmentId, SettledCounts tally, List<UnmovedRecord> failures)
            implements JobEvent {
        public RelocationsCommitted {
            failures = List.copyOf(failures);
        }
    }

    /** The assignment ended without copies: its destination is unreachable or refused it. The next pass plans its records again. */
    record AssignmentLost(UUID assignmentId, List<UnmovedRecord> failures) implements JobEvent {
        public AssignmentLost {
            failures = List.copyOf(failures);
        }
    }

    /** All shards were scanned and all assignments ended. */
    record PassFinished(int pass) implements JobEvent {}

    /** An operator chose how many metadata records are swapped at a time. */
    record CommitParallelismSet(int records) implements JobEvent {}

    /**
     * The job started from its journal, perhaps on another manager. Orders with a lower epoch are refused from now on.
     * The first incarnation stores no such event; its epoch is 1.
     */
    record IncarnationBegan(long epoch, Instant at) implements JobEvent {}

    /** The job ended. {@code phase} is a terminal one; {@code reason} is empty unless it failed. */
    record JobEnded(JobPhase phase, String reason, Instant at) implements JobEvent {}
}
