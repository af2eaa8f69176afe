package io.rebalancer.persistence.readside;

import java.util.List;

/** All projections. */
final class Projections {
    /** The projections that are fed by events of jobs. */
    static final List<EventProjection<JobChange>> OF_JOBS =
            List.of(new JobProjection(), new UnmovedProjection(), new AuditProjection(), new OrphanProjection());

    private Projections() {}

    /** The tables that the projections fill. */
    static List<EventProjection.JobTable> tables() {
        return OF_JOBS.stream()
                .flatMap(projection -> projection.tables().stream())
                .toList();
    }
}
