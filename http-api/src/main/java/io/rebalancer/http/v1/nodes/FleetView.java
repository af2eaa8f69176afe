package io.rebalancer.http.v1.nodes;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.storage.FleetNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The storage nodes that storinfo lists, with what the registry knows about them.
 *
 * @param nodes by storage id
 */
record FleetView(List<NodeLine> nodes) {

    /**
     * A storage node of the fleet.
     *
     * @param availableMib free space in MiB
     * @param percentUsed 0 to 100
     * @param agentReachable whether this manager reaches the agent of the node
     * @param job the job that empties or emptied the node; absent if there is none
     * @param since when the node left service; absent if it is in service
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record NodeLine(
            String storageNode,
            String datacenter,
            String state,
            long availableMib,
            int percentUsed,
            boolean agentReachable,
            Optional<UUID> job,
            Optional<Instant> since) {

        private static NodeLine of(FleetNode each, Optional<NodeStatus> status) {
            return new NodeLine(
                    each.node().id().text(),
                    each.node().datacenter(),
                    status.map(NodeStatus::state)
                            .orElse(ServiceState.IN_SERVICE)
                            .name(),
                    each.node().availableMib(),
                    each.node().percentUsed(),
                    each.agentReachable(),
                    status.flatMap(NodeStatus::jobId),
                    status.map(NodeStatus::since));
        }
    }

    static FleetView of(List<FleetNode> fleet, List<NodeStatus> outOfService) {
        Map<StorageNodeId, NodeStatus> statuses =
                outOfService.stream().collect(Collectors.toMap(NodeStatus::node, Function.identity()));
        return new FleetView(fleet.stream()
                .map(each -> NodeLine.of(
                        each, Optional.ofNullable(statuses.get(each.node().id()))))
                .toList());
    }

    /**
     * One page.
     *
     * @param after the cursor of the previous page
     */
    Page<NodeLine> page(
            Optional<String> datacenter,
            Optional<ServiceState> state,
            FleetSort sort,
            Optional<String> after,
            int limit) {
        List<NodeLine> chosen = nodes.stream()
                .filter(node -> datacenter.map(node.datacenter()::equals).orElse(true))
                .filter(node ->
                        state.map(each -> each.name().equals(node.state())).orElse(true))
                .toList();
        List<NodeLine> found = sort.behind(after, chosen);
        return found.size() <= limit
                ? new Page<>(found, Optional.empty())
                : new Page<>(found.subList(0, limit), Optional.of(sort.cursor(found.get(limit - 1))));
    }
}
