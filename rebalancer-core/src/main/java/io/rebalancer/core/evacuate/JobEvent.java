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

    /**
     * The job exists; the node it empties is fixed for good.
     *
     * @param maxRecords how many records the job may take up, or 0 for all
     */
    record JobCreated(CopyLocation leaving, long maxRecords, Instant at) implements JobEvent {}

    /** A scan of all shards began. The exceptions of the pass before are taken up again. */
    record PassStarted(int pass, Instant at) implements JobEvent {}

    /**
     * An assignment is fixed and is given to its agent from now on.
     *
     * @param marks low-water mark of each shard that moved, this assignment's records counted as stored
     */
    record AssignmentPlanned(Assignment assignment, Map<Integer, ScanPosition> marks) implements JobEvent {
        public AssignmentPlanned {
            marks = Map.copyOf(marks);
        }
    }

    /** Records that got no assignment in this pass, with their causes. */
    record RecordsExcepted(List<UnmovedRecord> exceptions, Map<Integer, ScanPosition> marks) implements JobEvent {
        public RecordsExcepted {
            exceptions = List.copyOf(exceptions);
            marks = Map.copyOf(marks);
        }
    }

    /** The scan went on past rows that need nothing. */
    record ScanAdvanced(Map<Integer, ScanPosition> marks) implements JobEvent {
        public ScanAdvanced {
            marks = Map.copyOf(marks);
        }
    }

    /** The agent's copies are verified and flushed, but for {@code failures}. */
    record CopiesFinished(UUID assignmentId, List<UnmovedRecord> failures) implements JobEvent {
        public CopiesFinished {
            failures = List.copyOf(failures);
        }
    }

    /**
     * The metadata of an assignment's copies was dealt with; the assignment is over.
     *
     * @param tally what became of the records
     * @param failures records that still name the leaving node
     */
    record RelocationsCommitted(UUID assignmentId, SettledCounts tally, List<UnmovedRecord> failures)
            implements JobEvent {
        public RelocationsCommitted {
            failures = List.copyOf(failures);
        }
    }

    /** The destination is gone or refused; the assignment is over and its records wait for another. */
    record AssignmentLost(UUID assignmentId, List<UnmovedRecord> failures) implements JobEvent {
        public AssignmentLost {
            failures = List.copyOf(failures);
        }
    }

    /** All shards were scanned and all assignments ended. */
    record PassFinished(int pass) implements JobEvent {}

    /** Somebody chose how many metadata records are switched at a time. */
    record CommitParallelismSet(int records) implements JobEvent {}

    /**
     * The job was started again, perhaps by another manager. From here on only orders with this epoch count; the first
     * incarnation has epoch 1 without saying so.
     */
    record IncarnationBegan(long epoch, Instant at) implements JobEvent {}

    /** The job ended. {@code phase} is a terminal one; {@code reason} is empty unless it failed. */
    record JobEnded(JobPhase phase, String reason, Instant at) implements JobEvent {}
}
