package io.rebalancer.http.v1.nodes;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.storage.PenaltyReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Builds the views of storage nodes from what the registry and the space broker know.
 *
 * @param outOfService the nodes that are out of service
 * @param penalties the penalty of each node by storage id; empty if the space broker did not reply
 */
record StorageNodeViews(List<NodeStatus> outOfService, Optional<Map<String, PenaltyView>> penalties) {
    private static final String UNAVAILABLE =
            "the space broker did not reply in time, so the penalties are unknown; repeat the request later";

    static StorageNodeViews of(List<NodeStatus> outOfService, Optional<List<PenaltyReport>> penalties) {
        return new StorageNodeViews(outOfService, penalties.map(PenaltyView::byNode));
    }

    /**
     * All nodes about which there is something to know. Every other node is in service and has no penalty.
     *
     * @param penalised the nodes with a penalty, whether in service or not; absent if the penalties are unknown
     * @param penaltiesUnavailable why the penalties are unknown; absent if they are known
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record ListView(
            List<NodeView> outOfService,
            Optional<List<PenalisedView>> penalised,
            Optional<String> penaltiesUnavailable) {}

    /** A storage node that gets few objects for a while. */
    record PenalisedView(String storageNode, PenaltyView penalty) {}

    /**
     * A storage node.
     *
     * @param state {@code IN_SERVICE}, {@code EXCLUDED}, {@code FENCED}, {@code DRAINED} or {@code REMOVED}
     * @param job the job that empties or emptied the node; absent if the node is in service or excluded
     * @param since when the node left service; absent if it is in service
     * @param penalty absent if there is none, or if the penalties are unknown
     * @param penaltiesUnavailable why the penalties are unknown; absent if they are known, and in a list
     * @param jobs the running jobs that touch the node; absent in a list
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record NodeView(
            String storageNode,
            String state,
            Optional<UUID> job,
            Optional<Instant> since,
            Optional<PenaltyView> penalty,
            Optional<String> penaltiesUnavailable,
            Optional<NodeJobsView> jobs) {

        NodeView with(NodeJobsView running) {
            return new NodeView(storageNode, state, job, since, penalty, penaltiesUnavailable, Optional.of(running));
        }
    }

    /** @param state only nodes in this state; empty for any state */
    ListView list(Optional<ServiceState> state) {
        return new ListView(
                outOfService.stream()
                        .filter(status -> state.isEmpty() || status.state() == state.get())
                        .map(status -> view(status, Optional.empty()))
                        .toList(),
                penalties.map(byNode -> byNode.entrySet().stream()
                        .filter(each -> state.isEmpty() || stateOf(each.getKey()) == state.get())
                        .map(each -> new PenalisedView(each.getKey(), each.getValue()))
                        .toList()),
                unavailable());
    }

    private ServiceState stateOf(String storageNode) {
        return outOfService.stream()
                .filter(status -> status.node().text().equals(storageNode))
                .findFirst()
                .map(NodeStatus::state)
                .orElse(ServiceState.IN_SERVICE);
    }

    /** A node that is not out of service is in service, as for the jobs that choose destinations. */
    NodeView node(StorageNodeId node) {
        return outOfService.stream()
                .filter(status -> status.node().equals(node))
                .findFirst()
                .map(status -> view(status, unavailable()))
                .orElseGet(() -> new NodeView(
                        node.text(),
                        ServiceState.IN_SERVICE.name(),
                        Optional.empty(),
                        Optional.empty(),
                        penalty(node),
                        unavailable(),
                        Optional.empty()));
    }

    private NodeView view(NodeStatus status, Optional<String> unavailable) {
        return new NodeView(
                status.node().text(),
                status.state().name(),
                status.jobId(),
                Optional.of(status.since()),
                penalty(status.node()),
                unavailable,
                Optional.empty());
    }

    private Optional<PenaltyView> penalty(StorageNodeId node) {
        return penalties.flatMap(byNode -> Optional.ofNullable(byNode.get(node.text())));
    }

    private Optional<String> unavailable() {
        return penalties.isPresent() ? Optional.empty() : Optional.of(UNAVAILABLE);
    }
}
