package io.rebalancer.playground;

import io.rebalancer.playground.moray.MorayTable;
import java.sql.SQLException;
import java.util.UUID;

/** Where the metadata shards of a region keep their rows. */
@FunctionalInterface
interface ShardTables {

    /**
     * Opens the tables of a shard, which are empty.
     *
     * @param shard number of the shard, 1 for the first
     */
    MorayTable open(int shard) throws SQLException;

    /** In the memory of this process, until the region ends. */
    static ShardTables inMemory() {
        return shard -> MorayTable.inMemory("shard-" + shard + "-" + UUID.randomUUID());
    }
}
