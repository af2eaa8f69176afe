package io.rebalancer.core.reconcile;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state of a run. It has one report for each storage node and shard, and nothing for each copy.
 *
 * @param order empty until the run exists
 * @param epoch incarnation of the run, 0 before the first one
 * @param shards what was read of the metadata by this incarnation; empty until all is read
 * @param reports storage nodes that are compared
 * @param repairs storage nodes whose repairs are done, in the mode {@link RunMode#ACT}
 * @param abort why the run ended early; empty unless it did
 * @param detail the reason for an operator, or empty text
 */
public record RunState(
        Optional<RunOrder> order,
        RunPhase phase,
        long epoch,
        List<ShardCoverage> shards,
        SortedMap<StorageNodeId, NodeReport> reports,
        SortedMap<StorageNodeId, RepairReport> repairs,
        Optional<AbortReason> abort,
        String detail,
        Optional<Instant> createdAt,
        Optional<Instant> endedAt) {
    /** So many reports fit into a message whatever they have. */
    private static final int COMPLETE_REPORTS = 100;

    /** A run that does not exist. */
    public static final RunState EMPTY = new RunState(
            Optional.empty(),
            RunPhase.NONE,
            0,
            List.of(),
            new TreeMap<>(),
            new TreeMap<>(),
            Optional.empty(),
            "",
            Optional.empty(),
            Optional.empty());

    /** Keeps copies of the collections. */
    public RunState {
        shards = List.copyOf(shards);
        reports = new TreeMap<>(reports);
        repairs = new TreeMap<>(repairs);
    }

    /** Whether the run exists and has not ended. */
    @JsonIgnore
    public boolean isActive() {
        return phase != RunPhase.NONE && !phase.terminal();
    }

    /** The token of this incarnation. */
    public RunToken token() {
        RunOrder existing = order.orElseThrow(() -> new IllegalStateException("the run does not exist"));
        return new RunToken(existing.id(), existing.number(), epoch);
    }

    /** Whether every row of every shard was read, so that a copy without a claim is known to have none. */
    public boolean metadataComplete() {
        return !shards.isEmpty() && shards.stream().allMatch(shard -> shard.complete() && shard.unreadable() == 0);
    }

    /** The storage nodes that are not done, in the order of the run. */
    public List<StorageNodeId> nodesLeft() {
        return order.map(RunOrder::nodes).orElse(List.of()).stream()
                .filter(node -> !reports.containsKey(node) && !repairs.containsKey(node))
                .toList();
    }

    /** The identities of the object roots that the run saw. */
    public Map<StorageNodeId, String> roots() {
        Map<StorageNodeId, String> roots = new TreeMap<>();
        reports.forEach((node, report) -> {
            if (!report.rootId().isEmpty()) {
                roots.put(node, report.rootId());
            }
        });
        return roots;
    }

    /** The same state for a message between members, which may have 2 MiB: many reports are shortened. */
    public RunState outline() {
        if (reports.size() + repairs.size() <= COMPLETE_REPORTS) {
            return this;
        }
        SortedMap<StorageNodeId, NodeReport> shortReports = new TreeMap<>();
        reports.forEach((node, report) -> shortReports.put(node, report.outline()));
        SortedMap<StorageNodeId, RepairReport> shortRepairs = new TreeMap<>();
        repairs.forEach((node, report) -> shortRepairs.put(node, report.outline()));
        return with(phase, epoch, shards, shortReports, shortRepairs);
    }

    /** The state after an event. */
    public RunState apply(RunEvent event) {
        if (event instanceof RunEvent.RunCreated created) {
            RunPhase first = created.order().mode().changes() ? RunPhase.ACTING : RunPhase.READING_METADATA;
            return new RunState(
                    Optional.of(created.order()),
                    first,
                    1,
                    List.of(),
                    reports,
                    repairs,
                    Optional.empty(),
                    "",
                    Optional.of(created.at()),
                    Optional.empty());
        }
        if (event instanceof RunEvent.RunTakenOver takenOver) {
            RunPhase resumed = phase == RunPhase.COMPARING ? RunPhase.READING_METADATA : phase;
            return with(resumed, takenOver.epoch(), List.of(), reports, repairs);
        }
        if (event instanceof RunEvent.MetadataRead read) {
            return with(RunPhase.COMPARING, epoch, read.shards(), reports, repairs);
        }
        if (event instanceof RunEvent.NodeCompared compared) {
            SortedMap<StorageNodeId, NodeReport> all = new TreeMap<>(reports);
            all.put(compared.report().node(), compared.report());
            return with(phase, epoch, shards, all, repairs);
        }
        if (event instanceof RunEvent.NodeRepaired repaired) {
            SortedMap<StorageNodeId, RepairReport> all = new TreeMap<>(repairs);
            all.put(repaired.report().node(), repaired.report());
            return with(phase, epoch, shards, reports, all);
        }
        if (event instanceof RunEvent.RunForgotten) {
            return EMPTY;
        }
        if (event instanceof RunEvent.RunAborted aborted) {
            return ended(RunPhase.ABORTED, Optional.of(aborted.reason()), aborted.detail(), aborted.at());
        }
        return ended(RunPhase.FINISHED, Optional.empty(), "", event.at());
    }

    private RunState with(
            RunPhase newPhase,
            long newEpoch,
            List<ShardCoverage> newShards,
            SortedMap<StorageNodeId, NodeReport> newReports,
            SortedMap<StorageNodeId, RepairReport> newRepairs) {
        return new RunState(
                order, newPhase, newEpoch, newShards, newReports, newRepairs, abort, detail, createdAt, endedAt);
    }

    private RunState ended(RunPhase end, Optional<AbortReason> reason, String why, Instant at) {
        return new RunState(order, end, epoch, shards, reports, repairs, reason, why, createdAt, Optional.of(at));
    }
}
