package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.port.PreflightService;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.preflight.PreflightVerdict;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.StorageNodeIds;
import java.util.List;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The checks before a job, without a job.
 *
 * <pre>
 *   GET /api/v1/storage-nodes/ID/preflight   runs all checks now
 * </pre>
 */
public final class PreflightRoutes extends AllDirectives {
    private final PreflightService preflight;

    public PreflightRoutes(PreflightService preflight) {
        this.preflight = preflight;
    }

    /**
     * The results.
     *
     * @param allowsJob whether a job would be created without waivers
     */
    private record View(String storageNode, boolean allowsJob, List<CheckView> checks) {
        static View of(String node, List<CheckResult> results) {
            return new View(node, PreflightVerdict.of(results, Set.of()).allowsJob(), CheckView.all(results));
        }
    }

    public Route routes() {
        return path(
                PathMatchers.separateOnSlashes("api/v1/storage-nodes")
                        .slash(PathMatchers.segment())
                        .slash("preflight"),
                node -> get(() -> check(node)));
    }

    private Route check(String text) {
        return StorageNodeIds.parsed(
                text,
                node -> Problems.complete(preflight
                        .check(node.text())
                        .thenApply(results -> Json.response(StatusCodes.OK, View.of(node.text(), results)))));
    }
}
