package io.rebalancer.agent.copy;

import static org.awaitility.Awaitility.await;

import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.testsupport.AllocationFigures;
import io.rebalancer.testsupport.Nginx;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the copy of a small object allocates in the threads of an agent. Run by {@code make bench-smoke}. */
class CopyAllocationBench {
    private static final int WARM_UP = 2_000;
    private static final int OBJECTS = 4_000;
    private static final int BYTES = 16 << 10;
    private static final StorageNodeId SOURCE = new StorageNodeId("source.stor");

    @TempDir
    private Path directory;

    @Test
    void copies() throws Exception {
        Path served = Files.createDirectory(directory.resolve("served"));
        Path root = Files.createDirectory(directory.resolve("root"));
        List<CopyOrder> orders = orders(served);
        try (Nginx nginx = Nginx.serve(served, directory.resolve("nginx"));
                ObjectStore store = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE);
                TestEngine engine = TestEngine.start(
                        TestEngine.settings(root, Duration.ofSeconds(30), Map.of(SOURCE, URI.create(nginx.url()))),
                        store)) {
            copy(engine, orders.subList(0, WARM_UP), WARM_UP);
            long before = allocated();
            copy(engine, orders.subList(WARM_UP, orders.size()), orders.size());
            AllocationFigures.of(CopyAllocationBench.class)
                    .check("object.copied", (double) (allocated() - before) / OBJECTS);
        }
    }

    private static void copy(TestEngine engine, List<CopyOrder> orders, int outcomes) {
        orders.forEach(engine::submit);
        await().atMost(Duration.ofMinutes(2)).until(() -> engine.outcomes().size() == outcomes);
    }

    private static List<CopyOrder> orders(Path served) throws Exception {
        Random random = new Random(5);
        UUID owner = new UUID(random.nextLong(), random.nextLong());
        Path files = Files.createDirectory(served.resolve(owner.toString()));
        List<CopyOrder> orders = new ArrayList<>();
        for (int i = 0; i < WARM_UP + OBJECTS; i++) {
            byte[] content = new byte[BYTES];
            random.nextBytes(content);
            UUID id = new UUID(random.nextLong(), random.nextLong());
            Files.write(files.resolve(id.toString()), content);
            orders.add(TestEngine.order(i, owner, id, BYTES, TestEngine.md5(content), SOURCE));
        }
        return orders;
    }

    /** Bytes that the engine's threads have allocated. They live longer than the measurement. */
    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] copying = Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("copy-"))
                .mapToLong(thread -> thread.getThreadId())
                .toArray();
        return Arrays.stream(threads.getThreadAllocatedBytes(copying)).sum();
    }
}
