package io.rebalancer.core.port;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.ParkingRule;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The runs of reconciliation and what they found, in the database. Findings are no events: a run may have millions. A run
 * stores those of a storage node before the event that the node is compared.
 */
public interface ReconciliationFindings {
    /** Findings of one {@link #add}, at most. */
    int MAX_FINDINGS = 1000;

    /** Deletes what an earlier incarnation of the run stored about a storage node. */
    CompletionStage<Void> clear(UUID runId, StorageNodeId node);

    /** Stores findings; a stored one with the same node, kind and key is replaced. */
    CompletionStage<Void> add(UUID runId, List<Finding> findings);

    /**
     * A page of the findings of a run, ascending by storage node, kind and key.
     *
     * @param after the cursor of the page before
     * @param limit maximum number of findings, at least 1
     */
    CompletionStage<Page<Finding>> findings(UUID runId, Filter filter, Optional<String> after, int limit);

    /**
     * Stores what became of planned repairs, as {@link #add} does, and counts the failures of each: one that failed in several
     * runs is parked ({@link ParkingRule}). A repeated call of the same run counts nothing twice.
     *
     * @param repairs at most {@link #MAX_FINDINGS}, none of them PLANNED
     */
    CompletionStage<Void> addRepairs(UUID runId, List<Finding> repairs, Instant at);

    /** The states of the findings of this kind that the run has stored for these copies. */
    CompletionStage<Map<CopyKey, Finding.State>> stored(
            UUID runId, StorageNodeId node, DriftKind kind, List<CopyKey> keys);

    /** The failures of earlier repairs of these copies; one whose last repair succeeded is absent. */
    CompletionStage<Map<CopyKey, ParkingRule.Failures>> failures(
            StorageNodeId node, DriftKind kind, List<CopyKey> keys);

    /**
     * Records that a run read contents that are wrong, or right. A copy stays a suspect until its content is read as right.
     *
     * @param wrong copies whose content has another digest than the record
     * @param right copies whose content is as the record has it
     * @return those of {@code wrong} that an earlier run recorded as wrong too
     */
    CompletionStage<Set<CopyKey>> putContents(
            UUID runId, StorageNodeId node, List<CopyKey> wrong, List<CopyKey> right, Instant at);

    /** Stores the line of a run, unless a line of a later revision is stored. */
    CompletionStage<Void> putRun(RunLine run);

    /** A page of the runs, by number. */
    CompletionStage<Page<RunLine>> runs(ListOrder order, Optional<String> after, int limit);

    /** Which findings are listed; an empty value lists all. */
    record Filter(Optional<StorageNodeId> node, Optional<DriftKind> kind, Optional<Finding.State> state) {
        /** All findings. */
        public static final Filter ALL = new Filter(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * A run in the list of runs.
     *
     * @param revision sequence number of the run's last event
     * @param nodes storage nodes that the run compares
     */
    record RunLine(
            UUID id,
            long number,
            long revision,
            RunMode mode,
            RunPhase phase,
            Optional<AbortReason> abort,
            String orderedBy,
            Instant createdAt,
            Optional<Instant> endedAt,
            int nodes,
            Comparisons comparisons) {}

    /**
     * How far a run is.
     *
     * @param compared storage nodes that are compared, or repaired, completely
     * @param unknown storage nodes that could not be compared or repaired, or not completely
     * @param found findings of all kinds
     * @param repaired findings that were repaired
     */
    record Comparisons(int compared, int unknown, long found, long repaired) {}
}
