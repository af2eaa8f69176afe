package io.rebalancer.persistence.readside;

import com.zaxxer.hikari.HikariDataSource;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * The pool that a read side takes its connections from.
 *
 * @param source on PostgreSQL the readers of the journal use it too
 */
public record ReadSidePool(HikariDataSource source) {

    /** The read side over this pool. The caller closes the pool. */
    public ReadSide readSide(ActorSystem<?> system) {
        return ReadSide.of(system, source::getConnection, this::use);
    }

    private ReadSide.PoolUse use() {
        var pool = source.getHikariPoolMXBean();
        return new ReadSide.PoolUse(
                pool.getActiveConnections(),
                pool.getIdleConnections(),
                source.getMaximumPoolSize(),
                pool.getThreadsAwaitingConnection());
    }
}
