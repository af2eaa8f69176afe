package io.rebalancer.manager.certificate;

import io.rebalancer.core.certificate.CertificateRules.Facts;
import io.rebalancer.core.evacuate.JobEvent.VerificationFinished;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** Gathers what is known of a storage node: from the registry, its job, and the journal. */
final class NodeFacts {
    private final StorageNodeService nodes;
    private final JobService jobs;
    private final BiFunction<UUID, Long, CompletionStage<Optional<VerificationFinished>>> evidence;
    private final Set<Integer> shards;

    /**
     * @param evidence the last verification of an ended job, by the number of its last event
     * @param shards the numbers of all shards of the metadata tier
     */
    NodeFacts(
            StorageNodeService nodes,
            JobService jobs,
            BiFunction<UUID, Long, CompletionStage<Optional<VerificationFinished>>> evidence,
            Set<Integer> shards) {
        this.nodes = nodes;
        this.jobs = jobs;
        this.evidence = evidence;
        this.shards = Set.copyOf(shards);
    }

    /** The state of the node in the registry; empty if it is in service. */
    CompletionStage<Optional<NodeStatus>> status(StorageNodeId node) {
        return nodes.outOfService()
                .thenApply(statuses -> statuses.stream()
                        .filter(status -> status.node().equals(node))
                        .findFirst());
    }

    /** All facts. */
    CompletionStage<Facts> of(StorageNodeId node) {
        return status(node).thenCompose(status -> of(node, status));
    }

    private CompletionStage<Facts> of(StorageNodeId node, Optional<NodeStatus> status) {
        if (status.filter(each -> each.state() == ServiceState.DRAINED).isEmpty()) {
            return CompletableFuture.completedFuture(
                    new Facts(node, status, Optional.empty(), Optional.empty(), shards));
        }
        return jobs.get(status.flatMap(NodeStatus::jobId).orElseThrow())
                .thenCompose(found -> found.filter(view -> view.state().phase() == JobPhase.DONE)
                        .map(view -> evidence.apply(view.id(), view.revision()))
                        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))
                        .thenApply(
                                stored -> new Facts(node, status, found.map(JobService.View::state), stored, shards)));
    }
}
