package io.rebalancer.http.v1.agent;

import io.rebalancer.core.port.HeldAssignments;
import io.rebalancer.core.port.HeldAssignments.Drop;
import io.rebalancer.http.server.AgentJson;
import io.rebalancer.http.server.HeldPages;
import io.rebalancer.http.server.Paging;
import io.rebalancer.http.server.Problem;
import java.util.UUID;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The assignments that an agent holds.
 *
 * <pre>
 *   GET    /api/v1/agent/assignments?after=&limit=   the assignments of the cluster's jobs, and how far they are
 *   DELETE /api/v1/agent/assignments/ID[?force=true] drops one whose job is lost; its copies stay
 * </pre>
 */
public final class HeldAssignmentRoutes extends AllDirectives {
    private final HeldAssignments held;

    public HeldAssignmentRoutes(HeldAssignments held) {
        this.held = held;
    }

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/agent/assignments"),
                () -> concat(
                        pathEnd(() -> get(() -> Paging.page(
                                "assignments", HeldAssignments.MAX_PAGE, HeldPages.of(held), Function.identity()))),
                        path(
                                PathMatchers.uuidSegment(),
                                id -> delete(() -> AgentJson.withForce(force -> completeWithFuture(
                                        held.drop(id, force).thenApply(result -> response(id, result))))))));
    }

    private static HttpResponse response(UUID id, Drop result) {
        return switch (result) {
            case DROPPED -> HttpResponse.create().withStatus(StatusCodes.NO_CONTENT);
            case UNKNOWN -> Problem.of(StatusCodes.NOT_FOUND, "NOT_FOUND", "this agent holds no assignment " + id);
            case IN_PROGRESS ->
                Problem.of(
                        StatusCodes.CONFLICT,
                        "IN_PROGRESS",
                        "copies of assignment " + id
                                + " are in progress; add ?force=true to end them. Drop an assignment"
                                + " only if no manager knows its job any more");
        };
    }
}
