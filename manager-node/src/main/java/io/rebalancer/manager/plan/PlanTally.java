package io.rebalancer.manager.plan;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.DestinationShare;
import io.rebalancer.core.plan.PlannedMoves;
import io.rebalancer.core.plan.ShardShare;
import io.rebalancer.core.plan.UnmovableRecords;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.core.storage.StorageNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Counts what a plan moves, by destination and by reason. Its size is that of the fleet. Not thread-safe. */
final class PlanTally {
    private final int maxFillPercent;
    private final Map<StorageNodeId, StorageNode> nodes;
    private final Map<CopyLocation, Sum> byDestination = new HashMap<>();
    private final Map<Reason, UnmovableRecords> unmovable = new EnumMap<>(Reason.class);
    private long otherDatacenter;
    private long sharedDatacenter;

    private record Sum(long objects, long bytes, long mib) {
        static final Sum ZERO = new Sum(0, 0, 0);
    }

    /** @param nodes the storage nodes when the plan began */
    PlanTally(int maxFillPercent, Collection<StorageNode> nodes) {
        this.maxFillPercent = maxFillPercent;
        this.nodes =
                nodes.stream().collect(Collectors.toMap(StorageNode::id, Function.identity(), (one, other) -> one));
    }

    /** @param leaving the node that the assignment empties */
    void add(Assignment assignment, CopyLocation leaving) {
        CopyLocation destination = assignment.destination();
        Sum sum = byDestination.getOrDefault(destination, Sum.ZERO);
        long bytes = assignment.tasks().stream().mapToLong(CopyTask::sizeBytes).sum();
        byDestination.put(
                destination,
                new Sum(
                        sum.objects() + assignment.tasks().size(),
                        sum.bytes() + bytes,
                        sum.mib() + SpaceLease.of(assignment).mib()));
        if (!destination.datacenter().equals(leaving.datacenter())) {
            otherDatacenter += assignment.tasks().size();
        }
        sharedDatacenter += assignment.tasks().stream()
                .filter(task -> task.sources().stream()
                        .filter(source -> !source.equals(leaving.storageNode()))
                        .anyMatch(source -> isIn(source, destination.datacenter())))
                .count();
    }

    private boolean isIn(StorageNodeId node, String datacenter) {
        return Optional.ofNullable(nodes.get(node))
                .filter(found -> found.datacenter().equals(datacenter))
                .isPresent();
    }

    void add(List<UnmovedRecord> records) {
        for (UnmovedRecord each : records) {
            UnmovableRecords before =
                    unmovable.getOrDefault(each.reason(), new UnmovableRecords(each.reason(), 0, List.of()));
            List<UnmovedRecord> examples = new ArrayList<>(before.examples());
            if (examples.size() < UnmovableRecords.MAX_EXAMPLES) {
                examples.add(each);
            }
            unmovable.put(each.reason(), new UnmovableRecords(each.reason(), before.records() + 1, examples));
        }
    }

    /** MiB for each destination. */
    Map<StorageNodeId, Long> plannedMib() {
        return byDestination.entrySet().stream()
                .collect(Collectors.toMap(
                        each -> each.getKey().storageNode(),
                        each -> each.getValue().mib()));
    }

    /** The records that could not be moved, the most frequent reason first. */
    List<UnmovableRecords> unmovable() {
        return unmovable.values().stream()
                .sorted(Comparator.comparingLong(UnmovableRecords::records).reversed())
                .toList();
    }

    /** @param shards the records of each shard */
    PlannedMoves moves(List<ShardShare> shards) {
        List<DestinationShare> destinations = byDestination.entrySet().stream()
                .map(each -> DestinationShare.of(
                        each.getKey(),
                        each.getValue().objects(),
                        each.getValue().bytes(),
                        each.getValue().mib(),
                        Optional.ofNullable(nodes.get(each.getKey().storageNode()))))
                .sorted(Comparator.comparingLong(DestinationShare::bytes).reversed())
                .toList();
        return new PlannedMoves(
                shards.stream().mapToLong(ShardShare::records).sum(),
                destinations.stream().mapToLong(DestinationShare::objects).sum(),
                destinations.stream().mapToLong(DestinationShare::bytes).sum(),
                otherDatacenter,
                sharedDatacenter,
                (int) destinations.stream()
                        .filter(each -> each.isAbove(maxFillPercent))
                        .count(),
                destinations.stream().limit(PlannedMoves.MAX_LISTED).toList(),
                Math.max(0, destinations.size() - PlannedMoves.MAX_LISTED),
                shards.stream().limit(PlannedMoves.MAX_LISTED).toList());
    }
}
