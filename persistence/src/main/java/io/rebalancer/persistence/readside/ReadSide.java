package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.core.port.AuditEntries;
import io.rebalancer.core.port.ExpiredRuns;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.port.RecordAttempts;
import io.rebalancer.core.port.UnmovedRecords;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jdbi.v3.core.ConnectionFactory;

/** The read side of one process. */
public final class ReadSide {
    private final ConnectionFactory connections;
    private final ReadSideTables tables;
    private final Supplier<PoolUse> pool;
    private final BlockingExecutor blocking;
    private final StateCodec states;
    private final Optional<EventDeletion> deletion;

    /**
     * The use of a connection pool.
     *
     * @param most the size of the pool
     * @param waiting callers that wait for a connection
     */
    public record PoolUse(int active, int idle, int most, int waiting) {}

    /** @param blocking runs the JDBC calls */
    ReadSide(ConnectionFactory connections, Supplier<PoolUse> pool, BlockingExecutor blocking, StateCodec states) {
        this(connections, pool, blocking, states, Optional.empty());
    }

    private ReadSide(
            ConnectionFactory connections,
            Supplier<PoolUse> pool,
            BlockingExecutor blocking,
            StateCodec states,
            Optional<EventDeletion> deletion) {
        this.connections = connections;
        this.tables = ReadSideTables.over(connections);
        this.pool = pool;
        this.blocking = blocking;
        this.states = states;
        this.deletion = deletion;
    }

    /** The read side over these connections, on the dispatcher for its JDBC calls. */
    public static ReadSide of(ActorSystem<?> system, ConnectionFactory connections, Supplier<PoolUse> pool) {
        return new ReadSide(
                connections, pool, BlockingExecutor.on(system, Dispatchers.READ_SIDE), new StateCodec(system));
    }

    /** The same read side; its projector deletes events that are no longer needed. */
    public ReadSide deletingEvents(EventDeletion events) {
        return new ReadSide(connections, pool, blocking, states, Optional.of(events));
    }

    /** Runs work that may block. */
    <T> CompletionStage<T> run(Callable<T> work) {
        return blocking.run(work);
    }

    /** How the connection pool is used at the moment. */
    public Supplier<PoolUse> pool() {
        return pool;
    }

    /** The lists that the API serves from the tables. */
    public JobHistory history() {
        return new JdbcJobHistory(this);
    }

    /** The entries of the audit log. */
    public AuditEntries auditEntries() {
        return new JdbcAuditEntries(this);
    }

    /** The records that the passes of jobs left on their leaving nodes. */
    public UnmovedRecords unmovedRecords() {
        return new JdbcUnmovedRecords(this);
    }

    /** The runs of reconciliation and what they found. */
    public ReconciliationFindings reconciliationFindings() {
        return new JdbcReconciliationFindings(this);
    }

    /** Deletes runs of reconciliation that ended long ago. */
    public ExpiredRuns expiredRuns() {
        return new JdbcExpiredRuns(this);
    }

    /** The attempts of jobs to move records. */
    public RecordAttempts recordAttempts() {
        return new JdbcRecordAttempts(this);
    }

    /**
     * The job's state as of its last projected events. Empty if the tables have none: no event is projected yet, or an
     * earlier build projected them.
     */
    public CompletionStage<Optional<FoldedJob>> state(UUID jobId) {
        return run(() -> tables.progress(PersistentEntities.evacuateJob(jobId).id())
                .state()
                .map(states::read));
    }

    /** The jobs whose events can't be projected at the moment, longest failure first. */
    public CompletionStage<List<ProjectionFailure>> failures() {
        return run(tables::failures);
    }

    /** Deletes events from the journal; empty if they are kept. */
    public Optional<EventDeletion> deletion() {
        return deletion;
    }

    StateCodec states() {
        return states;
    }

    ReadSideTables tables() {
        return tables;
    }

    ConnectionFactory connections() {
        return connections;
    }

    BlockingExecutor blocking() {
        return blocking;
    }
}
