package io.rebalancer.http.v1.cluster;

import io.rebalancer.core.port.ClusterControl;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import java.util.Map;
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
    private final ClusterControl cluster;

    public ClusterRoutes(ClusterControl cluster) {
        this.cluster = cluster;
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
                                address -> post(() -> request(address, "leaves", cluster::leave))),
                        path(
                                PathMatchers.segment("members")
                                        .slash(PathMatchers.segment())
                                        .slash("down"),
                                address -> post(() -> request(address, "is given up", cluster::down)))));
    }

    private Route request(String address, String state, Predicate<String> command) {
        return complete(
                command.test(address)
                        ? Json.response(StatusCodes.ACCEPTED, Map.of("member", address, "state", state))
                        : Problem.of(
                                StatusCodes.NOT_FOUND,
                                "MEMBER_NOT_FOUND",
                                "no member " + address + "; GET /api/v1/cluster lists all members as host:port"));
    }
}
