package io.rebalancer.http;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobService.JobRefused;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Two storage nodes: 1.stor.d is drained, and a job empties 2.stor.d. */
public final class NodesInMemory implements StorageNodeService {
    private static final StorageNodeId DRAINED = new StorageNodeId("1.stor.d");
    private static final StorageNodeId FENCED = new StorageNodeId("2.stor.d");
    private static final UUID JOB = new UUID(0, 7);

    @Override
    public CompletionStage<List<NodeStatus>> outOfService() {
        return CompletableFuture.completedFuture(List.of(
                new NodeStatus(DRAINED, ServiceState.DRAINED, JOB, Instant.EPOCH),
                new NodeStatus(FENCED, ServiceState.FENCED, JOB, Instant.EPOCH)));
    }

    @Override
    public CompletionStage<Void> recommission(StorageNodeId node) {
        return unlessFenced(node);
    }

    @Override
    public CompletionStage<Void> remove(StorageNodeId node) {
        return unlessFenced(node);
    }

    private static CompletionStage<Void> unlessFenced(StorageNodeId node) {
        return node.equals(FENCED)
                ? CompletableFuture.failedFuture(
                        new JobRefused(JobRefused.Code.ILLEGAL_NODE_STATE, "a job empties " + node))
                : CompletableFuture.completedFuture(null);
    }
}
