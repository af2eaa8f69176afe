package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.PersistentEntities;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/**
 * The tables of the read side. Each transaction writes changes and advances the position of their persistence id with a
 * compare-and-set. So each event counts exactly once, even if two projectors write. Blocking; methods throw
 * {@link org.jdbi.v3.core.JdbiException} if the database fails.
 */
public final class ReadSideTables {
    /** Flyway's location of the scripts that create the tables, in PostgreSQL and in H2. */
    public static final String MIGRATIONS = "classpath:io/rebalancer/persistence/migrations/readside";

    /** The digest of a record by its columns shard and record_key, as {@link UnmovedProjection#digest} computes it. */
    private static final String DIGEST = "record-digest";

    private static final String NAME = "shard || ' ' || record_key";
    /** Placeholders of the scripts in PostgreSQL. */
    public static final Map<String, String> POSTGRESQL_PLACEHOLDERS =
            Map.of(DIGEST, "encode(sha256(convert_to(" + NAME + ", 'UTF8')), 'hex')");
    /** Placeholders of the scripts in H2. */
    public static final Map<String, String> H2_PLACEHOLDERS =
            Map.of(DIGEST, "lower(rawtohex(hash('SHA-256', " + NAME + ")))");

    private static final UUID NO_JOB = new UUID(0, 0);

    private static final String POSITIONS = "projection";
    /** What precedes the job's id in a persistence id. */
    private static final String JOB_PREFIX =
            PersistentEntities.evacuateJob(NO_JOB).id().replace(NO_JOB.toString(), "");

    private static final String FAILURES = "projection_failure";

    private final Jdbi jdbi;

    private ReadSideTables(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** @param connections opens connections that the tables close */
    public static ReadSideTables over(ConnectionFactory connections) {
        return new ReadSideTables(Jdbi.create(connections).installPlugin(new ColumnTypes()));
    }

    /**
     * Deletes the rows of all jobs whose events the journal has from the first on. A running projector notices, and writes
     * them again. The rows of the other jobs stay, because the journal can't replace them.
     *
     * @return the number of jobs whose rows stay
     */
    public int clear() {
        return jdbi.inTransaction(handle -> {
            // First: from now on no deletion of these jobs' events begins.
            handle.execute("delete from " + POSITIONS + " where deletion_begun_to = 0");
            handle.execute("delete from " + FAILURES);
            // The journal has all entries: its position never has a state, without which no event is deleted.
            handle.execute("delete from " + AuditEntryProjection.TABLE);
            for (EventProjection.JobTable table : Projections.tables()) {
                handle.execute(
                        "delete from " + table.name() + " where not exists (select 1 from projection"
                                + " where persistence_id = cast(? as varchar) || cast(" + table.name() + "."
                                + table.jobColumn() + " as varchar))",
                        JOB_PREFIX);
            }
            try (Query kept = handle.createQuery("select count(*) from projection where deletion_begun_to > 0")) {
                return kept.mapTo(Integer.class).one();
            }
        });
    }

    /** What the tables store about deleted events. */
    DeletionTable deletions() {
        return new DeletionTable(jdbi);
    }

    /** The decisions of the system for the audit log. */
    DecisionTable decisions() {
        return new DecisionTable(jdbi);
    }

    /** The sequence number of the last event that the tables include, 0 for none. */
    long position(String persistenceId) {
        return read(handle -> {
            try (Query query =
                    handle.createQuery("select sequence_number from projection where persistence_id = :id")) {
                return query.bind("id", persistenceId)
                        .mapTo(Long.class)
                        .findOne()
                        .orElse(0L);
            }
        });
    }

    /**
     * How far the tables include the events of a job.
     *
     * @param position the sequence number of the last event, 0 for none
     * @param state the job's state as of {@code position} or of an earlier event; empty if an earlier build wrote the rows
     */
    record Progress(long position, Optional<StoredState> state) {}

    Progress progress(String persistenceId) {
        return read(handle -> {
            try (Query query = handle.createQuery("select * from projection where persistence_id = :id")) {
                return query.bind("id", persistenceId)
                        .map((RowView row) -> new Progress(row.getColumn("sequence_number", Long.class), state(row)))
                        .findOne()
                        .orElse(new Progress(0, Optional.empty()));
            }
        });
    }

    private static Optional<StoredState> state(RowView row) {
        return Optional.ofNullable(row.getColumn("state", String.class))
                .map(text -> new StoredState(
                        row.getColumn("state_sequence_number", Long.class),
                        row.getColumn("state_serializer", Integer.class),
                        row.getColumn("state_manifest", String.class),
                        text));
    }

    /** The jobs from which events may follow, as of the events that the tables include. */
    List<UUID> openJobs() {
        return read(handle -> {
            try (Query query =
                    handle.createQuery("select id from job where ended_at is null or pending_releases > 0")) {
                return query.mapTo(UUID.class).list();
            }
        });
    }

    /** Runs queries. */
    <T> T read(Function<Handle, T> queries) {
        return jdbi.withHandle(queries::apply);
    }

    /** Runs statements in one transaction. */
    void change(Consumer<Handle> statements) {
        jdbi.useTransaction(statements::accept);
    }

    /**
     * Writes changes of one persistence id and advances its position.
     *
     * @param before the position that the tables must have
     * @param after the new position
     * @param changes of the events between, in order; empty if the events change nothing
     * @param state to store with the position; if empty, the stored state stays
     * @throws PositionConflict if the tables have another position
     */
    <E> void write(
            List<EventProjection<E>> projections,
            String persistenceId,
            long before,
            long after,
            List<StoredChange<E>> changes,
            Optional<StoredState> state) {
        jdbi.useTransaction(handle -> {
            advance(handle, persistenceId, before, after);
            state.ifPresent(each -> storeState(handle, persistenceId, each));
            if (!changes.isEmpty()) {
                projections.forEach(projection -> projection.write(handle, changes));
            }
        });
    }

    private static void advance(Handle handle, String persistenceId, long before, long after) {
        try (Update advance = handle.createUpdate(
                before == 0
                        ? "insert into projection (persistence_id, sequence_number) values (:id, :after)"
                        : "update projection set sequence_number = :after"
                                + " where persistence_id = :id and sequence_number = :before")) {
            advance.bind("id", persistenceId).bind("after", after);
            if (before != 0) {
                advance.bind("before", before);
            }
            if (advance.execute() != 1) {
                throw new PositionConflict(persistenceId, before);
            }
        }
    }

    private static void storeState(Handle handle, String persistenceId, StoredState state) {
        try (Update store = handle.createUpdate("""
                update projection set state_sequence_number = :sequenceNr, state_serializer = :serializer,
                  state_manifest = :manifest, state = :state
                where persistence_id = :id
                """)) {
            store.bind("sequenceNr", state.sequenceNr())
                    .bind("serializer", state.serializer())
                    .bind("manifest", state.manifest())
                    .bind("state", state.text())
                    .bind("id", persistenceId)
                    .execute();
        }
    }

    /** Replaces the failure of a job. */
    void storeFailure(ProjectionFailure failure) {
        jdbi.useTransaction(handle -> {
            deleteFailure(handle, failure.jobId());
            try (Update insert = handle.createUpdate("""
                    insert into projection_failure (job_id, since, next_try, attempts, cause)
                    values (:jobId, :since, :nextTry, :attempts, :cause)
                    """)) {
                insert.bind("jobId", failure.jobId())
                        .bind("since", failure.since())
                        .bind("nextTry", failure.nextTry())
                        .bind("attempts", failure.attempts())
                        .bind("cause", failure.cause())
                        .execute();
            }
        });
    }

    void deleteFailure(UUID jobId) {
        jdbi.useHandle(handle -> deleteFailure(handle, jobId));
    }

    private static void deleteFailure(Handle handle, UUID jobId) {
        handle.execute("delete from projection_failure where job_id = ?", jobId);
    }

    /** The jobs whose events can't be projected, longest failure first. */
    List<ProjectionFailure> failures() {
        return read(handle -> {
            try (Query query = handle.createQuery("select * from projection_failure order by since, job_id")) {
                return query.map((RowView row) -> new ProjectionFailure(
                                row.getColumn("job_id", UUID.class),
                                row.getColumn("since", Instant.class),
                                row.getColumn("next_try", Instant.class),
                                row.getColumn("attempts", Integer.class),
                                row.getColumn("cause", String.class)))
                        .list();
            }
        });
    }
}
