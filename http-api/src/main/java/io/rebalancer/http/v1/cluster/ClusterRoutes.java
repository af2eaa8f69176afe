package io.rebalancer.http.v1.cluster;

import io.rebalancer.core.port.ClusterControl;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.v1.jobs.JobRoutes;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code GET /api/v1/cluster}, and {@code POST /api/v1/cluster/members/HOST:PORT/leave} or {@code down}. */
public final class ClusterRoutes extends AllDirectives {
    private final ClusterControl cluster;

    public ClusterRoutes(ClusterControl cluster) {
        this.cluster = cluster;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/cluster"),
                () -> concat(
                        pathEnd(() -> get(() -> completeWithFuture(cluster.status()
                                .thenApply(standing -> Json.response(StatusCodes.OK, standing))
                                .exceptionally(JobRoutes::failed)))),
                        path(
                                PathMatchers.segment("members")
                                        .slash(PathMatchers.segment())
                                        .slash("leave"),
                                address -> post(() -> order(address, "leaves", cluster::leave))),
                        path(
                                PathMatchers.segment("members")
                                        .slash(PathMatchers.segment())
                                        .slash("down"),
                                address -> post(() -> order(address, "is given up", cluster::down)))));
    }

    private Route order(String address, String becomes, Predicate<String> order) {
        return complete(
                order.test(address)
                        ? Json.response(StatusCodes.ACCEPTED, Map.of("member", address, "state", becomes))
                        : Problem.of(
                                StatusCodes.NOT_FOUND,
                                "MEMBER_NOT_FOUND",
                                "no member " + address + "; GET /api/v1/cluster lists all, as host:port"));
    }
}
