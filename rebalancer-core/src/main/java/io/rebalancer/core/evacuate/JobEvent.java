package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.SettingsChange;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A fact about one evacuate job, as stored in the journal. The class names are part of the stored format: never rename
 * or move one, never reuse a component.
 */
public sealed interface JobEvent {

    /** The records that the event reports as skipped or failed, with their reasons; mostly none. */
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
     * @param selection as in {@link EvacuateOrder}
     */
    record JobCreated(CopyLocation leaving, long maxRecords, Optional<RetrySelection> selection, Instant at)
            implements JobEvent {
        /** A job that looks at all records. */
        public JobCreated(CopyLocation leaving, long maxRecords, Instant at) {
            this(leaving, maxRecords, Optional.empty(), at);
        }
    }

    /**
     * A pass began.
     *
     * @param scope the records that the pass visits
     */
    record PassStarted(int pass, Instant at, PassScope scope) implements JobEvent {}

    /**
     * An assignment is planned. From now on it is sent to its agent until the agent reports.
     *
     * @param marks the low-water marks that moved
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

    /** The agent has stored the assignment. It makes the copies also if this manager is lost. */
    record AssignmentAccepted(UUID assignmentId) implements JobEvent {}

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
     * @param release what the agent is owed; empty if an earlier build stored the event: it did not wait for the agent
     */
    record RelocationsCommitted(
            UUID assignmentId, SettledCounts tally, List<UnmovedRecord> failures, Optional<Release> release)
            implements JobEvent {
        public RelocationsCommitted {
            failures = List.copyOf(failures);
        }
    }

    /**
     * The assignment ended without a commit: its destination is unreachable, left service, or refused it. The next pass
     * plans its records again.
     *
     * @param release as in {@link RelocationsCommitted}
     */
    record AssignmentLost(UUID assignmentId, List<UnmovedRecord> failures, Optional<Release> release)
            implements JobEvent {
        public AssignmentLost {
            failures = List.copyOf(failures);
        }
    }

    /**
     * The release of an ended assignment, which its agent has not acknowledged yet.
     *
     * @param unwanted objects whose copies the agent discards, because no record was ever made to name them
     */
    record Release(List<UUID> unwanted) {
        public Release {
            unwanted = List.copyOf(unwanted);
        }
    }

    /** Agents have stored the release of these assignments, or the job has stopped to wait for them. */
    record AssignmentsReleased(List<UUID> assignmentIds) implements JobEvent {
        public AssignmentsReleased {
            assignmentIds = List.copyOf(assignmentIds);
        }
    }

    /**
     * Copies that no record is known to name may stay on a storage node.
     *
     * @param node the destination of the assignment
     * @param objects ids of the objects
     * @param detail why the copies stay
     */
    record CopiesOrphaned(UUID assignmentId, StorageNodeId node, List<UUID> objects, String detail, Instant at)
            implements JobEvent {
        public CopiesOrphaned {
            objects = List.copyOf(objects);
        }
    }

    /**
     * All shards were scanned and all assignments ended.
     *
     * @param at empty if an earlier build stored the event
     */
    record PassFinished(int pass, Optional<Instant> at) implements JobEvent {}

    /** The last pass left no record. All shards are read from the start, by the incarnation that stored this. */
    record VerificationStarted(Instant at) implements JobEvent {}

    /**
     * All shards were read from the start. Without such an event no job is DONE.
     *
     * @param evidence what was read, for each shard
     */
    record VerificationFinished(List<ShardEvidence> evidence, Instant at) implements JobEvent {
        public VerificationFinished {
            evidence = List.copyOf(evidence);
        }
    }

    /** The job can't continue. It ends when its assignments have ended. */
    record JobFailing(String reason, Instant at) implements JobEvent {}

    /** An operator cancels the job. It ends when its assignments have ended and all agents have acknowledged that. */
    record JobCancelling(Instant at) implements JobEvent {}

    /** An operator pauses the job. Nothing is planned and committed from now on, and agents are asked to write nothing. */
    record JobPausing(Instant at) implements JobEvent {}

    /**
     * Nothing is written for the job any more.
     *
     * @param confirmedBy the agents that have confirmed that they write nothing: all that were at work
     */
    record JobPaused(List<StorageNodeId> confirmedBy, Instant at) implements JobEvent {
        public JobPaused {
            confirmedBy = List.copyOf(confirmedBy);
        }
    }

    /**
     * An operator resumes the job. A new incarnation follows, because an order of a later epoch ends the pause of an agent.
     *
     * @param phase the phase that the pause interrupted
     */
    record JobResumed(JobPhase phase, Instant at) implements JobEvent {}

    /** The window in which the job may work has closed. As {@link JobPausing}, without an order. */
    record WindowClosing(Instant at) implements JobEvent {}

    /**
     * Nothing is written for the job until a window opens.
     *
     * @param confirmedBy as in {@link JobPaused}
     */
    record WindowClosed(List<StorageNodeId> confirmedBy, Instant at) implements JobEvent {
        public WindowClosed {
            confirmedBy = List.copyOf(confirmedBy);
        }
    }

    /**
     * A window has opened. A new incarnation follows, as after {@link JobResumed}.
     *
     * @param phase the phase that the closed window interrupted
     */
    record WindowOpened(JobPhase phase, Instant at) implements JobEvent {}

    /**
     * Nothing has come of the pass for a while.
     *
     * @param detail since when, and what the job waits for
     */
    record JobStalled(String detail, Instant at) implements JobEvent {}

    /** Something has come of the pass of a stalled job. */
    record JobProgressed(Instant at) implements JobEvent {}

    /** An estimate of the end of the pass was kept. */
    record EndEstimated(EndEstimate estimate) implements JobEvent {}

    /** An operator orders the next pass to retry the exceptions with these reasons, and no others. */
    record RetryOrdered(Set<Reason> reasons, Instant at) implements JobEvent {
        public RetryOrdered {
            reasons = Collections.unmodifiableSet(new TreeSet<>(reasons));
        }
    }

    /** An operator chose how many metadata records are swapped at a time. Stored by earlier builds. */
    record CommitParallelismSet(int records) implements JobEvent {}

    /**
     * An operator changed the settings of the job.
     *
     * @param by who did; empty if a member of an earlier build passed the order on
     */
    record SettingsChanged(SettingsChange change, String by, Instant at) implements JobEvent {}

    /**
     * The job started from its journal, perhaps on another manager. Orders with a lower epoch are refused from now on.
     * The first incarnation stores no such event; its epoch is 1.
     *
     * @param rescans whether the incarnation continues a pass: it scans again from the low-water marks, so records behind
     *     them that were counted as unmoved are not counted any more
     */
    record IncarnationBegan(long epoch, Instant at, boolean rescans) implements JobEvent {}

    /** The job ended. {@code phase} is a terminal one; {@code reason} is empty unless it failed. */
    record JobEnded(JobPhase phase, String reason, Instant at) implements JobEvent {}
}
