package io.rebalancer.manager.metadata;

import io.rebalancer.testsupport.AllocationFigures;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What a row of a metadata shard allocates on its way to a record. Run by {@code make bench-smoke}. */
class RowAllocationBench {
    private static final int ROWS = 5_000;
    private static final int ROUNDS = 3;

    @Test
    void rows() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] stream = ShardRows.stream(ShardRows.frames(ROWS));
        long bytes = 0;
        // The first rounds also load classes and fill the tables of the parser.
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            ShardRows.decode(stream);
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        AllocationFigures.of(RowAllocationBench.class).check("row.decoded", (double) bytes / ROWS);
    }
}
