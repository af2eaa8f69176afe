package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.core.rates.RateCounts;
import io.rebalancer.core.rates.RateHistory;
import io.rebalancer.core.rates.RateQuery;
import io.rebalancer.core.rates.RateRange;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;

/** Reads the history of a job from tables {@code job_rate} and {@code job_rate_span}. */
final class JobRates {
    private static final String SPAN = """
            select job.created_at, job.ended_at, span.job_id as counted, span.since, projection.persistence_id as projected,
              failure.since as failing_since
            from job
            left join job_rate_span as span on span.job_id = job.id
            left join projection on projection.persistence_id = :persistenceId
            left join projection_failure as failure on failure.job_id = job.id
            where job.id = :jobId
            """;

    /** The steps are computed first, because a group can't be named by a parameter that is written twice. */
    private static final String STEPS = "select step, " + RateColumns.SUMS + " from ("
            + "select at_minute / cast(:minutes as bigint) as step, " + RateColumns.NAMES + " from job_rate"
            + " where job_id = :jobId and at_minute >= :first and at_minute < :end) as minutes group by step";

    private JobRates() {}

    /**
     * How far the history of a job reaches.
     *
     * @param begin of the first step
     * @param end of the job; empty if it has not ended
     * @param counted whether the rows count all events since {@code begin}
     * @param since why {@code begin} is later than the creation of the job
     */
    private record Span(
            Instant begin, Optional<Instant> end, boolean counted, Optional<Instant> since, Optional<Instant> failing) {

        static Span of(RowView row) {
            Optional<Instant> since = time(row, "since");
            Instant created = row.getColumn("created_at", Instant.class);
            return new Span(
                    since.orElse(created),
                    time(row, "ended_at"),
                    row.getColumn("counted", UUID.class) != null || row.getColumn("projected", String.class) == null,
                    since,
                    time(row, "failing_since"));
        }

        private static Optional<Instant> time(RowView row, String column) {
            return Optional.ofNullable(row.getColumn(column, Instant.class));
        }

        RateRange range(RateQuery query, Instant now) {
            // The last event belongs to the history.
            Instant last = end.map(each -> each.plusMillis(1)).orElse(now);
            return RateRange.of(query, counted && begin.isBefore(last) ? begin : last, last);
        }
    }

    /** Empty if the tables do not have the job. */
    static Optional<RateHistory> read(Handle handle, UUID jobId, RateQuery query, Instant now) {
        return span(handle, jobId).map(span -> {
            RateRange range = span.range(query, now);
            return new RateHistory(
                    range,
                    range.steps() == 0 ? List.of() : counts(handle, jobId, range),
                    span.counted() ? span.since() : Optional.of(range.to()),
                    span.failing());
        });
    }

    private static Optional<Span> span(Handle handle, UUID jobId) {
        try (Query query = handle.createQuery(SPAN)) {
            return query.bind("jobId", jobId)
                    .bind("persistenceId", PersistentEntities.evacuateJob(jobId).id())
                    .map((RowView row) -> Span.of(row))
                    .findOne();
        }
    }

    private static List<RateCounts> counts(Handle handle, UUID jobId, RateRange range) {
        Map<Long, RateCounts> found = new HashMap<>();
        try (Query query = handle.createQuery(STEPS)) {
            query.bind("jobId", jobId)
                    .bind("minutes", range.minutes())
                    .bind("first", range.firstMinute())
                    .bind("end", range.endMinute())
                    .map((RowView row) -> Map.entry(row.getColumn("step", Long.class), RateColumns.read(row)))
                    .forEach(each -> found.put(each.getKey(), each.getValue()));
        }
        long first = range.firstMinute() / range.minutes();
        return IntStream.range(0, range.steps())
                .mapToObj(each -> found.getOrDefault(first + each, RateCounts.ZERO))
                .toList();
    }
}
