package io.rebalancer.http.v1.reconciliation;

import io.rebalancer.http.server.Problem;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The routes of reconciliation, which compares metadata records with files. They are reserved: each answers 503 until
 * reconciliation is built, so that a client can distinguish a manager without it from a wrong path.
 *
 * <pre>
 *   GET  /api/v1/reconciliation                    whether it runs, and how much it found
 *   GET  /api/v1/reconciliation/runs               all runs, newest first
 *   POST /api/v1/reconciliation/runs               begins a run
 *   GET  /api/v1/reconciliation/runs/ID            one run
 *   GET  /api/v1/reconciliation/runs/ID/findings   what it found
 *   POST /api/v1/reconciliation/runs/ID/act        carries out the repairs of its findings
 *   POST /api/v1/reconciliation/runs/ID/restore    brings back what it moved to quarantine
 *   POST /api/v1/reconciliation/runs/ID/cancel     ends it
 * </pre>
 */
public final class ReconciliationRoutes extends AllDirectives {

    public Route routes() {
        return pathPrefix(
                PathMatchers.separateOnSlashes("api/v1/reconciliation"),
                () -> concat(
                        pathEnd(() -> get(ReconciliationRoutes::notBuilt)),
                        pathPrefix(
                                "runs",
                                () -> concat(
                                        pathEnd(() -> concat(
                                                get(ReconciliationRoutes::notBuilt),
                                                post(ReconciliationRoutes::notBuilt))),
                                        pathPrefix(PathMatchers.segment(), id -> run())))));
    }

    private Route run() {
        return concat(
                pathEnd(() -> get(ReconciliationRoutes::notBuilt)),
                path("findings", () -> get(ReconciliationRoutes::notBuilt)),
                path("act", () -> post(ReconciliationRoutes::notBuilt)),
                path("restore", () -> post(ReconciliationRoutes::notBuilt)),
                path("cancel", () -> post(ReconciliationRoutes::notBuilt)));
    }

    private static Route notBuilt() {
        HttpResponse response = Problem.of(
                StatusCodes.SERVICE_UNAVAILABLE,
                "RECONCILIATION_NOT_BUILT",
                "this version of the manager has no reconciliation; nothing was read or changed. Look into CHANGELOG.md of"
                        + " later versions; until then, a job's verification and GET /api/v1/orphans show differences");
        return Directives.complete(response);
    }
}
