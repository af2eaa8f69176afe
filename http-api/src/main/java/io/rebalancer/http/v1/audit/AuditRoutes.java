package io.rebalancer.http.v1.audit;

import io.rebalancer.core.port.JobHistory;
import io.rebalancer.http.server.Paging;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code GET /api/v1/audit}: the actions on jobs, newest first, page by page. */
public final class AuditRoutes extends AllDirectives {
    private final JobHistory history;

    public AuditRoutes(JobHistory history) {
        this.history = history;
    }

    public Route routes() {
        return path(
                PathMatchers.separateOnSlashes("api/v1/audit"),
                () -> get(() -> Paging.page("audit", history::audit, Function.identity())));
    }
}
