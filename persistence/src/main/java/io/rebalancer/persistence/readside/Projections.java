package io.rebalancer.persistence.readside;

import io.rebalancer.core.audit.AuditEntry;
import java.util.List;

/** All projections. */
final class Projections {
    /** The projections that are fed by events of jobs. */
    static final List<EventProjection<JobChange>> OF_JOBS = List.of(
            new JobProjection(),
            new UnmovedProjection(),
            new AuditProjection(),
            new OrphanProjection(),
            new RateProjection(),
            new DecisionProjection());

    /** The projection that is fed by the audit log. */
    static final List<EventProjection<AuditEntry>> OF_AUDIT = List.of(new AuditEntryProjection());

    private Projections() {}

    /** The tables with rows of jobs. */
    static List<EventProjection.JobTable> tables() {
        return OF_JOBS.stream()
                .flatMap(projection -> projection.tables().stream())
                .toList();
    }
}
