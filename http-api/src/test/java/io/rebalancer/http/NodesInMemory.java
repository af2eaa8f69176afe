package io.rebalancer.http;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobService.JobRefused;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.JobPromise;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PenaltyCause;
import io.rebalancer.core.storage.PenaltyReport;
import io.rebalancer.core.storage.StorageNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Three storage nodes: 1.stor.d is drained, a job empties 2.stor.d, and 2.stor.d and 3.stor.d have penalties. */
public final class NodesInMemory implements StorageNodeService {
    private static final StorageNodeId DRAINED = new StorageNodeId("1.stor.d");
    private static final StorageNodeId FENCED = new StorageNodeId("2.stor.d");
    private static final StorageNodeId PENALISED = new StorageNodeId("3.stor.d");
    private static final UUID JOB = new UUID(0, 7);

    /** What the name of a datacenter ends with. */
    public static String hostileText = "";
    /** A run of reconciliation that adds copies. */
    static final UUID RUN = ReconciliationInMemory.RUN;

    /** The number of further nodes in service. */
    public static int further = 0;

    private volatile boolean brokerReplies = true;

    /** Whether the space broker replies from now on. */
    void setBrokerReplies(boolean replies) {
        brokerReplies = replies;
    }

    @Override
    public CompletionStage<List<NodeStatus>> outOfService() {
        return CompletableFuture.completedFuture(List.of(
                new NodeStatus(DRAINED, ServiceState.DRAINED, JOB, Instant.EPOCH),
                new NodeStatus(FENCED, ServiceState.FENCED, JOB, Instant.EPOCH)));
    }

    @Override
    public CompletionStage<List<FleetNode>> fleet() {
        List<FleetNode> nodes = new ArrayList<>(List.of(
                new FleetNode(new StorageNode(DRAINED, "dc1", 1024, 50), true),
                new FleetNode(new StorageNode(FENCED, "dc2" + hostileText, 2048, 98), false),
                new FleetNode(new StorageNode(PENALISED, "dc1", 0, 100), true)));
        for (int i = 4; i < 4 + further; i++) {
            nodes.add(new FleetNode(
                    new StorageNode(new StorageNodeId(i + ".stor.d"), "dc" + i % 3, 1024L * i, i % 100), true));
        }
        return CompletableFuture.completedFuture(nodes);
    }

    @Override
    public CompletionStage<Optional<List<PenaltyReport>>> penalties() {
        return CompletableFuture.completedFuture(
                brokerReplies
                        ? Optional.of(List.of(
                                penalty(FENCED, PenaltyCause.BUSY, 10, Optional.empty()),
                                penalty(PENALISED, PenaltyCause.INSUFFICIENT_SPACE, 30, Optional.of(1)),
                                penalty(PENALISED, PenaltyCause.REFUSED, 60, Optional.of(3))))
                        : Optional.empty());
    }

    /** The job that empties 2.stor.d copies to 3.stor.d. */
    @Override
    public CompletionStage<List<UUID>> emptiedBy(StorageNodeId node) {
        return CompletableFuture.completedFuture(node.equals(FENCED) ? List.of(JOB) : List.of());
    }

    @Override
    public CompletionStage<Optional<List<JobPromise>>> destinationOf(StorageNodeId node) {
        List<JobPromise> promises =
                node.equals(PENALISED) ? List.of(new JobPromise(JOB, 3, 5), new JobPromise(RUN, 1, 2)) : List.of();
        return CompletableFuture.completedFuture(brokerReplies ? Optional.of(promises) : Optional.empty());
    }

    @Override
    public CompletionStage<Set<UUID>> jobsAmong(Set<UUID> ids) {
        return CompletableFuture.completedFuture(
                ids.stream().filter(JOB::equals).collect(Collectors.toSet()));
    }

    private static PenaltyReport penalty(
            StorageNodeId node, PenaltyCause cause, int seconds, Optional<Integer> faults) {
        Instant since = Instant.EPOCH.plusSeconds(seconds / 10);
        return new PenaltyReport(
                new Penalty(node, cause, 2, since, Instant.EPOCH.plusSeconds(seconds), "last detail"), faults);
    }

    @Override
    public CompletionStage<Void> recommission(StorageNodeId node) {
        return unlessFenced(node);
    }

    @Override
    public CompletionStage<Void> exclude(StorageNodeId node) {
        return unlessFenced(node);
    }

    @Override
    public CompletionStage<Void> remove(StorageNodeId node) {
        return unlessFenced(node);
    }

    private static CompletionStage<Void> unlessFenced(StorageNodeId node) {
        ApiServer.performed.incrementAndGet();
        return node.equals(FENCED)
                ? CompletableFuture.failedFuture(
                        new JobRefused(JobRefused.Code.ILLEGAL_NODE_STATE, "a job empties " + node))
                : CompletableFuture.completedFuture(null);
    }
}
