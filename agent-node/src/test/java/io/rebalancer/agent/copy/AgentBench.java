package io.rebalancer.agent.copy;

import com.sun.management.OperatingSystemMXBean;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.testsupport.Nginx;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Compares an agent with rclone: both copy the same files from the same nginx to the same disk, in turns. Only
 * {@code make bench-agent} runs this class.
 */
class AgentBench {
    private static final Path BASE = Path.of(System.getProperty("bench.directory", "target/bench"));
    private static final int SMALL = Integer.getInteger("bench.small", 20_000);
    private static final int LARGE = Integer.getInteger("bench.large", 16);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final int SMALL_BYTES = 16 << 10;
    private static final int LARGE_BYTES = 256 << 20;
    private static final StorageNodeId SOURCE = new StorageNodeId("source.stor");
    private static final int OWNERS = 20;
    private static final int SOURCES = 20;
    private static final int SILENT_BACKLOG = 100;

    /** As shipped: 32 fetches, of which a source gets at most 16. */
    private static final CopyLimits LIMITS = new CopyLimits(0, 0, 32, 16, 0, 100);

    private static final int MAX_DELETED = 1000;
    private static final int BLOCK_BYTES = 1 << 20;

    /** Files of one size and the orders to copy them. */
    private record Load(String name, Path served, List<CopyOrder> orders, long bytes) {}

    /** What it took to copy a load: elapsed seconds, and seconds of processor time in user and system mode. */
    private record Cost(double seconds, double cpuSeconds) {}

    private interface Runner {
        Cost run(Load load, Path destination) throws Exception;
    }

    @Test
    void compareWithRclone() throws Exception {
        Files.createDirectories(BASE);
        Heap heap = new Heap();
        Load small = load("small", SMALL, SMALL_BYTES);
        compare(small);
        stopUnderLoad(small);
        withSilentSource(small);
        Load large = load("large", LARGE, LARGE_BYTES);
        compare(large);
        stopUnderLoad(large);
        changeLimit(large);
        System.out.printf(
                "heap of the agent: at most %d MiB (-Xmx %d MiB)%n",
                heap.stop() >> 20, Runtime.getRuntime().maxMemory() >> 20);
    }

    /** Samples the heap ten times per second. */
    private static final class Heap {
        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        private volatile long maxBytes;

        @SuppressWarnings("FutureReturnValueIgnored")
        Heap() {
            timer.scheduleAtFixedRate(this::sample, 0, 100, TimeUnit.MILLISECONDS);
        }

        private void sample() {
            maxBytes = Math.max(
                    maxBytes,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }

        long stop() {
            timer.shutdownNow();
            return maxBytes;
        }
    }

    private static Load load(String name, int count, int size) throws Exception {
        Path served = Files.createDirectories(BASE.resolve("served-" + name));
        List<CopyOrder> orders = new ArrayList<>();
        byte[] block = new byte[Math.min(size, BLOCK_BYTES)];
        Random random = new Random(size);
        random.nextBytes(block);
        for (int i = 0; i < count; i++) {
            UUID owner = new UUID(7, i % OWNERS);
            UUID id = new UUID(random.nextLong(), random.nextLong());
            Path file = served.resolve(owner.toString()).resolve(id.toString());
            boolean exists = Files.exists(file) && Files.size(file) == size;
            Files.createDirectories(file.getParent());
            // Each file has different content.
            ByteBuffer.wrap(block).putInt(i);
            MessageDigest digest = MessageDigest.getInstance("MD5");
            try (OutputStream out = exists ? OutputStream.nullOutputStream() : Files.newOutputStream(file)) {
                for (long written = 0; written < size; written += block.length) {
                    out.write(block);
                    digest.update(block);
                }
            }
            String md5 = Base64.getEncoder().encodeToString(digest.digest());
            orders.add(TestEngine.order(i, owner, id, size, new ContentMd5(md5), SOURCE));
        }
        return new Load(name, served, orders, (long) count * size);
    }

    private static void compare(Load load) throws Exception {
        if (load.orders().isEmpty()) {
            return;
        }
        try (Nginx nginx = Nginx.serve(
                load.served().toAbsolutePath(), BASE.resolve("nginx").toAbsolutePath())) {
            Map<String, Runner> runners = new LinkedHashMap<>();
            runners.put("rclone", (each, to) -> rclone(nginx, to));
            runners.put("agent, flushed", (each, to) -> agent(nginx, each, to, Durability.FLUSHED));
            runners.put("agent, os", (each, to) -> agent(nginx, each, to, Durability.OS));
            Map<String, List<Cost>> costs = new LinkedHashMap<>();
            for (int round = 0; round <= ROUNDS; round++) {
                for (Map.Entry<String, Runner> runner : runners.entrySet()) {
                    Path to = emptyDirectory(load);
                    new ProcessBuilder("sync").start().waitFor();
                    Cost cost = runner.getValue().run(load, to);
                    // The first round only warms up caches and the compiler.
                    if (round > 0) {
                        costs.computeIfAbsent(runner.getKey(), name -> new ArrayList<>())
                                .add(cost);
                    }
                }
            }
            print(load, costs);
            delete(BASE.resolve("copies"));
        }
    }

    /**
     * A directory for the copies of one run. ext4 without a journal does not reuse an inode for a minute after its file
     * was deleted, and its search for another one then takes half of the processors. So many small files stay until
     * the end; the few large files are deleted for the sake of space.
     */
    private static Path emptyDirectory(Load load) throws IOException {
        Path copies = BASE.resolve("copies").toAbsolutePath();
        if (load.orders().size() <= MAX_DELETED) {
            delete(copies);
        }
        Files.createDirectories(copies);
        return Files.createDirectory(copies.resolve(load.name() + "-" + System.nanoTime()));
    }

    /** Stops an agent in the middle of its copies and measures the time until it acknowledges that nothing is written. */
    private static void stopUnderLoad(Load load) throws Exception {
        if (load.orders().isEmpty()) {
            return;
        }
        Path to = emptyDirectory(load);
        try (Nginx nginx = Nginx.serve(
                        load.served().toAbsolutePath(), BASE.resolve("nginx").toAbsolutePath());
                ObjectStore store = ObjectStore.open(to, Durability.FLUSHED, SpaceGuard.Bounds.NONE);
                TestEngine engine = TestEngine.start(
                        TestEngine.settings(to, Duration.ofSeconds(30), Map.of(SOURCE, URI.create(nginx.url()))),
                        store)) {
            load.orders().forEach(engine::submit);
            while (engine.outcomes().size() < load.orders().size() / 4) {
                LockSupport.parkNanos(1_000_000);
            }
            long startNanos = System.nanoTime();
            engine.engine().setGate(CopyGate.STOPPED);
            engine.engine().whenQuiet().toCompletableFuture().get();
            System.out.printf(
                    "%-6s stopped under load: acknowledged after %d ms, %d of %d copies had ended%n",
                    load.name(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos),
                    engine.outcomes().size(),
                    load.orders().size());
        }
    }

    /** Copies from twenty sources, all alive and then with one that accepts connections and never answers, in turns. */
    private static void withSilentSource(Load load) throws Exception {
        if (load.orders().isEmpty()) {
            return;
        }
        List<StorageNodeId> nodes = IntStream.range(0, SOURCES)
                .mapToObj(i -> new StorageNodeId(i + ".stor"))
                .toList();
        StorageNodeId last = nodes.get(SOURCES - 1);
        List<CopyOrder> orders = load.orders().stream()
                .map(order -> TestEngine.order(
                        order.taskIndex(),
                        order.key().owner(),
                        order.key().objectId(),
                        order.sizeBytes(),
                        order.md5(),
                        nodes.get(order.taskIndex() % SOURCES)))
                .toList();
        List<CopyOrder> ofOthers = orders.stream()
                .filter(order -> !order.sources().equals(List.of(last)))
                .toList();
        try (Nginx nginx = Nginx.serve(
                        load.served().toAbsolutePath(), BASE.resolve("nginx").toAbsolutePath());
                ServerSocket silent = new ServerSocket(0, SILENT_BACKLOG, InetAddress.getLoopbackAddress())) {
            Map<StorageNodeId, URI> alive = new HashMap<>();
            nodes.forEach(node -> alive.put(node, URI.create(nginx.url())));
            Map<StorageNodeId, URI> oneSilent = new HashMap<>(alive);
            oneSilent.put(last, URI.create("http://127.0.0.1:" + silent.getLocalPort()));
            List<Double> rates = new ArrayList<>();
            List<Double> ratesWithSilent = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                rates.add(rate(load, alive, orders, ofOthers));
                ratesWithSilent.add(rate(load, oneSilent, orders, ofOthers));
            }
            System.out.printf(
                    "%-6s one silent source of %d: the others at %.0f %% of their rate (objects/s: %s, %s)%n",
                    load.name(), SOURCES, 100 * median(ratesWithSilent) / median(rates), rates, ratesWithSilent);
        }
    }

    /** Submits all orders and returns the objects per second of {@code measured}. */
    private static double rate(
            Load load, Map<StorageNodeId, URI> sources, List<CopyOrder> all, List<CopyOrder> measured)
            throws Exception {
        Path to = emptyDirectory(load);
        Set<ObjectKey> keys = measured.stream().map(CopyOrder::key).collect(Collectors.toSet());
        try (ObjectStore store = ObjectStore.open(to, Durability.OS, SpaceGuard.Bounds.NONE);
                TestEngine engine =
                        TestEngine.start(TestEngine.settings(to, Duration.ofSeconds(30), sources, LIMITS), store)) {
            long startNanos = System.nanoTime();
            all.forEach(engine::submit);
            while (engine.outcomes().size() < keys.size()
                    || engine.outcomes().stream()
                                    .filter(each -> keys.contains(each.order().key()))
                                    .count()
                            < keys.size()) {
                LockSupport.parkNanos(1_000_000);
            }
            return Math.rint(keys.size() / ((System.nanoTime() - startNanos) / 1e9));
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
    }

    /** Changes the byte limit during a run and measures the bytes of each ten seconds under it. */
    private static void changeLimit(Load load) throws Exception {
        if (load.orders().isEmpty()) {
            return;
        }
        Path to = emptyDirectory(load);
        try (Nginx nginx = Nginx.serve(
                        load.served().toAbsolutePath(), BASE.resolve("nginx").toAbsolutePath());
                ObjectStore store = ObjectStore.open(to, Durability.OS, SpaceGuard.Bounds.NONE)) {
            AgentSettings settings =
                    TestEngine.settings(to, Duration.ofSeconds(30), Map.of(SOURCE, URI.create(nginx.url())));
            TestEngine engine = TestEngine.start(settings, store);
            long startNanos = -1;
            for (long limit : new long[] {40_000_000, 20_000_000, 60_000_000}) {
                engine.engine().setLimits(new CopyLimits(limit, 0, 32, 32, 0, 100));
                if (startNanos < 0) {
                    load.orders().forEach(engine::submit);
                    startNanos = System.nanoTime();
                }
                long minBytes = Long.MAX_VALUE;
                long maxBytes = 0;
                List<Long> seen = new ArrayList<>();
                // The first second still contains bytes of the previous limit.
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
                for (int tenths = 0; tenths <= 140; tenths++) {
                    seen.add(written(to));
                    if (tenths >= 100) {
                        long inTenSeconds = seen.get(tenths) - seen.get(tenths - 100);
                        minBytes = Math.min(minBytes, inTenSeconds);
                        maxBytes = Math.max(maxBytes, inTenSeconds);
                    }
                    LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                }
                System.out.printf(
                        "limit  %3d MB/s: each 10 s used %.1f %% to %.1f %% of it%n",
                        limit / 1_000_000, minBytes * 10.0 / limit, maxBytes * 10.0 / limit);
            }
            engine.close();
        }
    }

    private static long written(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.mapToLong(AgentBench::size).sum();
        }
    }

    private static long size(Path file) {
        return Files.isRegularFile(file) ? file.toFile().length() : 0;
    }

    private static void print(Load load, Map<String, List<Cost>> costs) {
        double rclone = median(costs.getOrDefault("rclone", List.of()), Cost::seconds);
        costs.forEach((name, all) -> {
            double took = median(all, Cost::seconds);
            System.out.printf(
                    "%-6s %-15s %8.0f objects/s %7.0f MB/s   %.2f x rclone   %6.2f s CPU per 1,000 objects"
                            + "   (seconds: %s)%n",
                    load.name(),
                    name,
                    load.orders().size() / took,
                    load.bytes() / took / 1e6,
                    rclone / took,
                    1000 * median(all, Cost::cpuSeconds) / load.orders().size(),
                    all.stream()
                            .map(each -> String.format("%.2f", each.seconds()))
                            .toList());
        });
    }

    private static double median(List<Cost> all, ToDoubleFunction<Cost> value) {
        return all.stream()
                .mapToDouble(value)
                .sorted()
                .skip(all.size() / 2)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** The shell reports the processor time of rclone, which a Java parent can't read after its end. */
    private static Cost rclone(Nginx nginx, Path to) throws Exception {
        String command = "TIMEFORMAT='%U %S'; time rclone copy --config=/dev/null --http-url=" + nginx.url()
                + " --http-no-head --transfers=" + TestEngine.LIMITS.parallelFetches() + " --checkers=16 :http: " + to
                + " 2>" + BASE.resolve("rclone.log").toAbsolutePath();
        long startNanos = System.nanoTime();
        Process shell = new ProcessBuilder("bash", "-c", command).start();
        String times = new String(shell.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        int code = shell.waitFor();
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        if (code != 0) {
            throw new IOException("rclone ended with " + code);
        }
        String[] userAndSystem = times.split(" ");
        return new Cost(seconds, Double.parseDouble(userAndSystem[0]) + Double.parseDouble(userAndSystem[1]));
    }

    private static double ownCpuSeconds() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }

    private static Cost agent(Nginx nginx, Load load, Path to, Durability durability) throws Exception {
        AgentSettings settings =
                TestEngine.settings(to, Duration.ofSeconds(30), Map.of(SOURCE, URI.create(nginx.url())));
        try (ObjectStore store = ObjectStore.open(to, durability, SpaceGuard.Bounds.NONE)) {
            long startNanos = System.nanoTime();
            double cpuSeconds = ownCpuSeconds();
            TestEngine engine = TestEngine.start(settings, store);
            load.orders().forEach(engine::submit);
            while (engine.outcomes().size() < load.orders().size()) {
                LockSupport.parkNanos(1_000_000);
            }
            Cost cost = new Cost((System.nanoTime() - startNanos) / 1e9, ownCpuSeconds() - cpuSeconds);
            engine.close();
            List<CopyOutcome> failed = engine.outcomes().stream()
                    .filter(each -> each.result().failure().isPresent())
                    .toList();
            if (!failed.isEmpty()) {
                throw new IOException(failed.size() + " copies failed, the first with "
                        + failed.get(0).result().detail());
            }
            for (CopyOrder order : load.orders()) {
                if (store.find(order.key(), order.sizeBytes(), order.md5()).isEmpty()) {
                    throw new IOException(order.key() + " is not what was served");
                }
            }
            return cost;
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
