package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.http.server.Paging;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * {@code GET /api/v1/audit}: the actions on jobs, as the events of the jobs record them, newest first, page by page. Who ordered
 * them is in the audit log, {@code /api/v1/audit/entries}.
 */
public final class JobActionRoutes extends AllDirectives {
    private final JobHistory history;

    public JobActionRoutes(JobHistory history) {
        this.history = history;
    }

    public Route routes() {
        return path(
                PathMatchers.separateOnSlashes("api/v1/audit"),
                () -> get(() -> Paging.page("audit", ListOrder.NEWEST, history::audit, Function.identity())));
    }
}
