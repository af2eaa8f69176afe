package io.rebalancer.http.v1.cluster;

import io.rebalancer.core.port.ClusterControl;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Operator.Outcome;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The cluster of API v1.
 *
 * <pre>
 *   GET  /api/v1/cluster                          members, singletons, shards and running jobs
 *   POST /api/v1/cluster/members/HOST:PORT/leave  the member hands its jobs over, leaves, and its process ends
 *   POST /api/v1/cluster/members/HOST:PORT/down   removes a member that is lost
 * </pre>
 */
public final class ClusterRoutes extends AllDirectives {
    private static final String NOT_FOUND = "MEMBER_NOT_FOUND";

    private final ClusterControl cluster;
    private final AuditedActions audit;

    /** @param audit records each action */
    public ClusterRoutes(ClusterControl cluster, AuditedActions audit) {
        this.cluster = cluster;
        this.audit = audit;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/cluster"),
                () -> concat(
                        pathEnd(() -> get(() -> Problems.complete(
                                cluster.status().thenApply(status -> Json.response(StatusCodes.OK, status))))),
                        path(
                                PathMatchers.segment("members")
                                        .slash(PathMatchers.segment())
                                        .slash("leave"),
                                address -> post(
                                        () -> request(Action.on("member.leave", address), "leaves", cluster::leave))),
                        path(
                                PathMatchers.segment("members")
                                        .slash(PathMatchers.segment())
                                        .slash("down"),
                                address -> post(() ->
                                        request(Action.on("member.down", address), "is given up", cluster::down)))));
    }

    /** A lost member may be the one that hosts the audit log, so it is removed also if that can't be recorded. */
    private Route request(Action action, String state, Predicate<String> command) {
        String address = action.subject();
        return audit.as(operator -> Problems.complete(operator.performAlways(
                        action,
                        () -> CompletableFuture.completedFuture(command.test(address)),
                        found -> found ? Outcome.accepted(Map.of()) : Outcome.refused(NOT_FOUND))
                .thenApply(found -> found
                        ? Json.response(StatusCodes.ACCEPTED, Map.of("member", address, "state", state))
                        : Problem.of(
                                StatusCodes.NOT_FOUND,
                                NOT_FOUND,
                                "no member " + address + "; GET /api/v1/cluster lists all members as host:port"))));
    }
}
