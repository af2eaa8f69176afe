package io.rebalancer.http.v1.nodes;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problems;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The storage nodes of API v1.
 *
 * <pre>
 *   GET  /api/v1/storage-nodes                  the nodes that are out of service, and since when
 *   POST /api/v1/storage-nodes/ID/recommission  the node receives copies again
 *   POST /api/v1/storage-nodes/ID/remove        records that a drained node is gone for good
 * </pre>
 */
public final class StorageNodeRoutes extends AllDirectives {
    private final StorageNodeService nodes;

    public StorageNodeRoutes(StorageNodeService nodes) {
        this.nodes = nodes;
    }

    /** A storage node that receives no copies. */
    record NodeView(String storageNode, String state, UUID job, Instant since) {
        static NodeView of(NodeStatus status) {
            return new NodeView(status.node().text(), status.state().name(), status.jobId(), status.since());
        }
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/storage-nodes"),
                () -> concat(
                        pathEnd(() -> get(() -> Problems.complete(nodes.outOfService()
                                .thenApply(StorageNodeRoutes::list)
                                .thenApply(list -> Json.response(StatusCodes.OK, list))))),
                        path(
                                PathMatchers.segment().slash("recommission"),
                                node -> post(() -> change(node, ServiceState.IN_SERVICE))),
                        path(
                                PathMatchers.segment().slash("remove"),
                                node -> post(() -> change(node, ServiceState.REMOVED)))));
    }

    private static Map<String, List<NodeView>> list(List<NodeStatus> statuses) {
        return Map.of("outOfService", statuses.stream().map(NodeView::of).toList());
    }

    private Route change(String text, ServiceState state) {
        StorageNodeId node;
        try {
            node = new StorageNodeId(text);
        } catch (IllegalArgumentException e) {
            return complete(Problems.badRequest(String.valueOf(e.getMessage())));
        }
        CompletionStage<Void> changed = state == ServiceState.REMOVED ? nodes.remove(node) : nodes.recommission(node);
        return Problems.complete(changed.thenApply(
                done -> Json.response(StatusCodes.OK, Map.of("storageNode", node.text(), "state", state.name()))));
    }
}
