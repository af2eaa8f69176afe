package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.http.server.Paging;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * {@code GET /api/v1/orphans}: the copies of all jobs that may stay on storage nodes and that no metadata record is known to
 * name, newest first unless {@code order} is {@code oldest}, page by page. {@code GET /api/v1/jobs/ID/orphans} lists those of one job.
 */
public final class OrphanRoutes extends AllDirectives {
    private final JobHistory history;

    public OrphanRoutes(JobHistory history) {
        this.history = history;
    }

    public Route routes() {
        return path(PathMatchers.separateOnSlashes("api/v1/orphans"), () -> get(() -> page(history, Optional.empty())));
    }

    /** @param jobId only copies of this job; empty for all jobs */
    static Route page(JobHistory history, Optional<UUID> jobId) {
        return Paging.page(
                "orphans",
                ListOrder.NEWEST,
                (order, after, limit) -> history.orphans(jobId, order, after, limit),
                OrphanView::of);
    }
}
