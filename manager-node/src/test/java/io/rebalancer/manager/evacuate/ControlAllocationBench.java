package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.testsupport.AllocationFigures;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a manager allocates for an object from its scan to its verification: decisions, events, their serialization and the
 * embedded log. Agents and the metadata tier are simulated. Run by {@code make bench-smoke}.
 */
class ControlAllocationBench {
    private static final int OBJECTS = 50_000;
    private static final int NODES = 20;
    private static final int SHARDS = 2;
    private static final int ROUNDS = 3;

    @TempDir
    private Path directory;

    @Test
    void objects() throws Exception {
        long bytes = 0;
        try (SimulatedManager manager =
                new SimulatedManager(new JournalSettings.Embedded(directory.resolve("journal")))) {
            // The first rounds also load classes.
            for (int round = 1; round <= ROUNDS; round++) {
                long before = allocatedBytes();
                UUID job = manager.start(
                        new SimulatedTier(SimulatedManager.leaving(round), OBJECTS, SHARDS),
                        NODES,
                        new SimulatedAgents(0));
                assertThat(manager.awaitEnd(job).phase()).isEqualTo(JobPhase.DONE);
                bytes = allocatedBytes() - before;
            }
        }
        AllocationFigures.of(ControlAllocationBench.class).check("object.controlled", (double) bytes / OBJECTS);
    }

    /** Of all threads that are alive. Those that do the work live as long as the manager. */
    private static long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }
}
