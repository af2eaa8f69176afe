package io.rebalancer.persistence.readside;

import io.rebalancer.core.rates.RateCounts;
import io.rebalancer.core.rates.RateRange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/**
 * What jobs did, added up by the minute in which the journal stored the events. So a rebuild writes the same rows.
 *
 * <p>An event that an earlier build has projected is not counted. Table {@code job_rate_span} shows it: the last counted event
 * is not the one before the next. The history of such a job begins with the next event.
 */
final class RateProjection implements EventProjection<JobChange> {
    static final String TABLE = "job_rate";
    static final String SPANS = "job_rate_span";

    @Override
    public List<JobTable> tables() {
        return List.of(new JobTable(TABLE, "job_id"), new JobTable(SPANS, "job_id"));
    }

    @Override
    public void write(Handle handle, List<StoredChange<JobChange>> changes) {
        Map<Long, RateCounts> minutes = new TreeMap<>();
        Optional<StoredChange<JobChange>> first = Optional.empty();
        UUID jobId = new UUID(0, 0);
        for (StoredChange<JobChange> each : changes) {
            if (each.change() instanceof JobChange.Updated updated) {
                jobId = updated.jobId();
                first = first.or(() -> Optional.of(each));
                if (!updated.counts().isZero()) {
                    minutes.merge(RateRange.minute(each.storedAt()), updated.counts(), RateCounts::plus);
                }
            }
        }
        if (first.isPresent()) {
            UUID id = jobId;
            extend(handle, id, first.get(), changes.get(changes.size() - 1).sequenceNr());
            minutes.forEach((minute, counts) -> add(handle, id, minute, counts));
        }
    }

    /** One transaction at a time writes the rows of a job: it has advanced the job's position before. */
    private static void extend(Handle handle, UUID jobId, StoredChange<JobChange> first, long last) {
        Optional<Long> countedTo = countedTo(handle, jobId);
        Optional<Instant> since =
                first.sequenceNr() == countedTo.orElse(0L) + 1 ? Optional.empty() : Optional.of(first.storedAt());
        if (countedTo.isEmpty()) {
            handle.execute(
                    "insert into " + SPANS + " (job_id, counted_to, since) values (?, ?, ?)",
                    jobId,
                    last,
                    since.orElse(null));
        } else if (since.isEmpty()) {
            handle.execute("update " + SPANS + " set counted_to = ? where job_id = ?", last, jobId);
        } else {
            handle.execute(
                    "update " + SPANS + " set counted_to = ?, since = ? where job_id = ?", last, since.get(), jobId);
        }
    }

    private static Optional<Long> countedTo(Handle handle, UUID jobId) {
        try (Query query = handle.createQuery("select counted_to from " + SPANS + " where job_id = :jobId")) {
            return query.bind("jobId", jobId).mapTo(Long.class).findOne();
        }
    }

    private static void add(Handle handle, UUID jobId, long minute, RateCounts counts) {
        if (write(
                        handle,
                        "update " + TABLE + " set " + RateColumns.ADDITIONS
                                + " where job_id = :jobId and at_minute = :minute",
                        jobId,
                        minute,
                        counts)
                == 0) {
            write(
                    handle,
                    "insert into " + TABLE + " (job_id, at_minute, " + RateColumns.NAMES + ") values (:jobId, :minute, "
                            + RateColumns.PARAMETERS + ")",
                    jobId,
                    minute,
                    counts);
        }
    }

    private static int write(Handle handle, String sql, UUID jobId, long minute, RateCounts counts) {
        try (Update update = handle.createUpdate(sql)) {
            RateColumns.bind(update, counts);
            return update.bind("jobId", jobId).bind("minute", minute).execute();
        }
    }
}
