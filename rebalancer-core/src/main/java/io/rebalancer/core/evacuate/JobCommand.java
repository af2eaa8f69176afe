package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.SettingsChange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** An order to a job, or a report to it. Each is safe to repeat, except {@link Except}: agents and timers report at
 * least once. */
public sealed interface JobCommand {

    /**
     * Create the job.
     *
     * @param maxRecords the number of records the job may take on, or 0 for all
     * @param selection as in {@link EvacuateOrder}
     */
    record Create(CopyLocation leaving, long maxRecords, Optional<RetrySelection> selection) implements JobCommand {
        /** A job that looks at all records. */
        public Create(CopyLocation leaving, long maxRecords) {
            this(leaving, maxRecords, Optional.empty());
        }
    }

    /** Begin a new incarnation. The first command after the job starts from its journal. */
    record TakeOver() implements JobCommand {}

    /**
     * Begin an incarnation beyond the epoch that an agent knows: the agent refused an order of this job, because the job's
     * journal was restored from a copy that lacks later incarnations.
     *
     * @param knownEpoch the epoch that the agent knows; if it is not beyond the job's, an earlier incarnation gave the order,
     *     and nothing changes
     */
    record OvertakeFence(long knownEpoch) implements JobCommand {}

    /**
     * Begin the first pass, or the next one after the delay.
     *
     * @param scope what the pass visits; a pass that can't be restricted to unmoved records visits all
     */
    record StartPass(PassScope scope) implements JobCommand {}

    /** Plan an assignment; {@code marks} as in {@link JobEvent.AssignmentPlanned}. */
    record Plan(Assignment assignment, Map<Integer, ScanPosition> marks) implements JobCommand {}

    /** Count records that get no assignment in this pass. Given once, by the children that planned the pass. */
    record Except(List<UnmovedRecord> exceptions, Map<Integer, ScanPosition> marks) implements JobCommand {}

    /** Move the low-water marks past rows that need nothing. */
    record Advance(Map<Integer, ScanPosition> marks) implements JobCommand {}

    /** An agent has stored an assignment. */
    record ReportAccepted(UUID assignmentId) implements JobCommand {}

    /** An agent has finished the copies of an assignment. */
    record ReportCopies(UUID assignmentId, List<UnmovedRecord> failures) implements JobCommand {}

    /**
     * The commit of an assignment has finished.
     *
     * @param failures copied records that still name the leaving node; and records whose copy failed, if the commit knows a
     *     better reason than the agent
     * @param unwanted objects whose copies the agent is to discard
     * @param doubtful objects whose copies stay, because a record may name them
     */
    record ReportCommit(
            UUID assignmentId,
            SettledCounts settled,
            List<UnmovedRecord> failures,
            List<UUID> unwanted,
            List<UUID> doubtful)
            implements JobCommand {}

    /** Agents have stored the release of these assignments. */
    record ReportReleased(List<UUID> assignmentIds) implements JobCommand {}

    /** Record the unwanted copies of a pending release as orphans: its agent can't discard copies. */
    record OrphanCopies(UUID assignmentId, String detail) implements JobCommand {}

    /** Stop to wait for an agent's acknowledgement of a release. The copies it may still hold are recorded. */
    record AbandonRelease(UUID assignmentId, String detail) implements JobCommand {}

    /** Give an assignment up. Has no effect once its copies are finished: those are committed. */
    record LoseAssignment(UUID assignmentId, Reason reason, String detail) implements JobCommand {}

    /**
     * End the pass: the scan is complete and no record waits for an assignment. Refused while one is in flight.
     *
     * @param pressureTimeout how long passes may settle nothing while records wait for space or for an agent
     */
    record FinishPass(Duration pressureTimeout) implements JobCommand {}

    /** End the verification: all shards were read from the start by this incarnation. */
    record FinishVerification(List<ShardEvidence> evidence) implements JobCommand {}

    /** End a failing job. Refused while an assignment is in flight. */
    record FinishFailing() implements JobCommand {}

    /**
     * End the job for good, at an operator's order. Verified copies are still committed, so that they are of use; agents
     * discard all others. Without effect on a job that is cancelled already.
     */
    record Cancel() implements JobCommand {}

    /** End a cancelled job. Refused while an assignment is in flight, or an agent has not acknowledged a release. */
    record FinishCancelling() implements JobCommand {}

    /** Write nothing more until the job is resumed, at an operator's order. Without effect on a job that is paused. */
    record Pause() implements JobCommand {}

    /**
     * The job is paused: no metadata write is in progress. Refused while an agent is at work that has not confirmed, or
     * while a release is not acknowledged, because an agent may still discard copies for it.
     *
     * @param confirmedBy agents that have confirmed that they write nothing for the job
     */
    record FinishPausing(Set<StorageNodeId> confirmedBy) implements JobCommand {
        public FinishPausing {
            confirmedBy = Set.copyOf(confirmedBy);
        }
    }

    /** Continue where the pause has interrupted the job, as a new incarnation. Without effect on a job that is not paused. */
    record Resume() implements JobCommand {}

    /**
     * Retry the exceptions with these reasons, in a pass that begins without delay and visits no other record, at an
     * operator's order. The job does not end before that pass and another one. Without effect if that is ordered already.
     *
     * @param reasons at least one
     */
    record RetryExceptions(Set<Reason> reasons) implements JobCommand {
        public RetryExceptions {
            reasons = Set.copyOf(reasons);
        }
    }

    /** The window in which the job may work has closed: write nothing more. Without effect on a job that is held already. */
    record CloseWindow() implements JobCommand {}

    /** The window is open: continue where its end has interrupted the job. Without effect on any other job. */
    record OpenWindow() implements JobCommand {}

    /**
     * Nothing has come of the pass for a while. Without effect unless a pass runs.
     *
     * @param detail since when, and what the job waits for
     */
    record MarkStalled(String detail) implements JobCommand {}

    /** Something has come of the pass. Without effect on a job that is not stalled. */
    record MarkProgress() implements JobCommand {}

    /** Keep an estimate of the end of the pass. Without effect unless a pass runs. */
    record KeepEstimate(EndEstimate estimate) implements JobCommand {}

    /**
     * Change settings of the job.
     *
     * @param by who orders that; empty if it is not known
     */
    record ChangeSettings(SettingsChange change, String by) implements JobCommand {}

    /** End the job for a reason that is not in single objects. */
    record Fail(String reason) implements JobCommand {}
}
