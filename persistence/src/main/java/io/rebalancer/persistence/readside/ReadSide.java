package io.rebalancer.persistence.readside;

import io.rebalancer.core.port.JobHistory;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * The tables of one process.
 *
 * @param pool how its connections are used at the moment
 * @param blocking where JDBC may block
 */
public record ReadSide(ReadSideTables.Connections connections, Supplier<PoolUse> pool, Executor blocking) {

    /**
     * Connections to a database.
     *
     * @param waiting callers that wait for one
     */
    public record PoolUse(int active, int idle, int most, int waiting) {}

    /** Over these connections, on the dispatcher that is meant for it. */
    public static ReadSide of(ActorSystem<?> system, ReadSideTables.Connections connections, Supplier<PoolUse> pool) {
        return new ReadSide(
                connections,
                pool,
                system.dispatchers().lookup(DispatcherSelector.fromConfig("rebalancer.read-side-dispatcher")));
    }

    /** Work that may block, and may fail as JDBC does. */
    interface Work<T> {
        T get() throws SQLException;
    }

    /** Runs {@code work} where it may block. */
    <T> CompletionStage<T> run(Work<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.get();
                    } catch (SQLException e) {
                        throw new CompletionException(e);
                    }
                },
                blocking);
    }

    /** For those who write them. */
    public ReadSideTables tables() {
        return new ReadSideTables(connections);
    }

    /** For those who ask. */
    public JobHistory history() {
        return new JdbcJobHistory(this);
    }
}
