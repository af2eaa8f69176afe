package io.rebalancer.http.v1.nodes;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.storage.JobPromise;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Paging;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.StorageNodeIds;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The storage nodes of API v1.
 *
 * <pre>
 *   GET  /api/v1/fleet?datacenter=&state=&sort= all nodes that storinfo lists, with their free space and their agent
 *   GET  /api/v1/storage-nodes?state=           the nodes that are out of service, and those with a penalty
 *   GET  /api/v1/storage-nodes/ID               the state of one node, its penalty, and the running jobs that touch it
 *   POST /api/v1/storage-nodes/ID/recommission  the node receives copies again
 *   POST /api/v1/storage-nodes/ID/exclude       the node receives no copies, and keeps what it has
 *   POST /api/v1/storage-nodes/ID/remove        records that a drained node is gone for good
 * </pre>
 */
public final class StorageNodeRoutes extends AllDirectives {
    private final StorageNodeService nodes;
    private final AuditedActions audit;

    /** @param audit records each action */
    public StorageNodeRoutes(StorageNodeService nodes, AuditedActions audit) {
        this.nodes = nodes;
        this.audit = audit;
    }

    public Route routes() {
        return concat(
                path(PathMatchers.separateOnSlashes("api/v1/fleet"), () -> get(this::fleet)),
                pathPrefix(PathMatchers.separateOnSlashes("api/v1/storage-nodes"), this::nodes));
    }

    private Route nodes() {
        return concat(
                pathEnd(() -> get(this::list)),
                path(PathMatchers.segment(), node -> get(() -> StorageNodeIds.parsed(node, this::show))),
                order("recommission", ServiceState.IN_SERVICE, nodes::recommission),
                order("exclude", ServiceState.EXCLUDED, nodes::exclude),
                order("remove", ServiceState.REMOVED, nodes::remove));
    }

    private Route fleet() {
        return parameterOptional(
                "datacenter",
                datacenter -> withState(state -> withSort(sort -> Paging.page(
                        "storageNodes",
                        (after, limit) -> nodes.fleet()
                                .thenCombine(nodes.outOfService(), FleetView::of)
                                .thenApply(view -> view.page(datacenter, state, sort, after, limit)),
                        Function.identity()))));
    }

    private Route withSort(Function<FleetSort, Route> inner) {
        return parameterOptional("sort", word -> {
            Optional<FleetSort> sort = FleetSort.parse(word.orElse("name"));
            return sort.isEmpty()
                    ? complete(Problems.badRequest(
                            "no such order: " + word.orElse("") + "; sort is one of " + FleetSort.words()))
                    : inner.apply(sort.get());
        });
    }

    /** @param state that the node is in afterwards */
    private Route order(String word, ServiceState state, Function<StorageNodeId, CompletionStage<Void>> order) {
        return path(
                PathMatchers.segment().slash(word),
                node -> post(() -> StorageNodeIds.parsed(
                        node,
                        id -> audit.as(operator -> Problems.complete(operator.perform(
                                        Action.on("node." + word, id.text()), () -> order.apply(id))
                                .thenApply(done -> Json.response(
                                        StatusCodes.OK, Map.of("storageNode", id.text(), "state", state.name()))))))));
    }

    private Route list() {
        return withState(state -> show(views -> views.list(state)));
    }

    private Route withState(Function<Optional<ServiceState>, Route> inner) {
        return parameterOptional("state", word -> {
            Optional<ServiceState> state = word.flatMap(text -> Arrays.stream(ServiceState.values())
                    .filter(each -> each.name().equals(text))
                    .findFirst());
            return word.isPresent() && state.isEmpty()
                    ? complete(Problems.badRequest("no such state: " + word.get() + "; the states of storage nodes are "
                            + Arrays.stream(ServiceState.values())
                                    .map(ServiceState::name)
                                    .collect(Collectors.joining(", "))))
                    : inner.apply(state);
        });
    }

    private Route show(Function<StorageNodeViews, Object> view) {
        return Problems.complete(views().thenApply(views -> Json.response(StatusCodes.OK, view.apply(views))));
    }

    private record NodeJobs(List<UUID> emptiedBy, Optional<List<JobPromise>> promises) {
        Set<UUID> ids() {
            return promises.orElse(List.of()).stream().map(JobPromise::jobId).collect(Collectors.toSet());
        }
    }

    private Route show(StorageNodeId node) {
        CompletionStage<NodeJobsView> jobs = nodes.emptiedBy(node)
                .thenCombine(nodes.destinationOf(node), NodeJobs::new)
                .thenCompose(found -> nodes.jobsAmong(found.ids())
                        .thenApply(known -> NodeJobsView.of(found.emptiedBy(), found.promises(), known)));
        return Problems.complete(views().thenCombine(
                        jobs,
                        (views, running) ->
                                Json.response(StatusCodes.OK, views.node(node).with(running))));
    }

    private CompletionStage<StorageNodeViews> views() {
        return nodes.outOfService().thenCombine(nodes.penalties(), StorageNodeViews::of);
    }
}
