package io.rebalancer.playground;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.SimulatedNode;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A manager, and an agent for each storage node but the first, as processes of {@code bin/rebalancer} with the settings as
 * shipped: their files have only what an installation has to state.
 */
final class BenchNodes implements AutoCloseable {
    static final String MANAGER = "manager";
    private static final String HOST = "127.0.0.1";
    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
    private static final Path PROGRAM = Path.of(System.getProperty("bench.program", "../../bin/rebalancer"))
            .toAbsolutePath()
            .normalize();

    private final Path directory;
    private final Map<String, String> javaOptions;
    private final Map<String, Process> processes = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, URI> urls = new LinkedHashMap<>();
    private long startNanos;

    /**
     * What the nodes need to know.
     *
     * @param shardPorts ports of the metadata shards
     * @param roots the storage nodes with the directories that the agents fill; the first has no agent
     * @param source base URL under which each storage node serves its objects
     */
    record Surroundings(
            String journal, int storinfoPort, List<Integer> shardPorts, List<SimulatedNode> roots, String source) {}

    /**
     * @param directory for settings, journals and logs
     * @param javaOptions further options of a JVM, by the name of the node
     */
    BenchNodes(Path directory, Map<String, String> javaOptions) {
        this.directory = directory;
        this.javaOptions = Map.copyOf(javaOptions);
    }

    static String agent(SimulatedNode node) {
        return "agent-" + node.number();
    }

    /** Writes the settings, creates the tables of the journal, and starts all processes. */
    void start(Surroundings region) throws IOException, InterruptedException {
        List<SimulatedNode> served = region.roots().subList(1, region.roots().size());
        List<Integer> remoting = LoopbackPorts.reserve(1 + served.size());
        List<String> seeds = remoting.stream().map(port -> HOST + ":" + port).toList();
        List<String> names = Stream.concat(Stream.of(MANAGER), served.stream().map(BenchNodes::agent))
                .toList();
        for (int i = 0; i < names.size(); i++) {
            Map<String, Object> own = i == 0 ? managerSettings(region) : agentSettings(region, served.get(i - 1));
            String role = i == 0 ? "manager" : "agent";
            int http = LoopbackPorts.reserve();
            own.put("rebalancer." + role + ".http.port", http);
            own.put(
                    "rebalancer." + role + ".data-dir",
                    directory.resolve(names.get(i)).toString());
            own.put("rebalancer.cluster.host", HOST);
            own.put("rebalancer.cluster.port", remoting.get(i));
            own.put("rebalancer.cluster.seed-nodes", seeds);
            own.put("rebalancer.metrics.port", LoopbackPorts.reserve());
            urls.put(names.get(i), URI.create("http://" + HOST + ":" + http));
            Files.writeString(
                    settings(names.get(i)),
                    ConfigFactory.parseMap(own)
                            .root()
                            .render(ConfigRenderOptions.defaults()
                                    .setOriginComments(false)
                                    .setJson(false)));
        }
        Process migrate = program("migrate", "migrate", MANAGER);
        if (migrate.waitFor() != 0) {
            throw new IOException("the schema was not created; see " + directory.resolve("migrate.out"));
        }
        // For a bench that is interrupted: it does not reach close.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> processes.values().forEach(Process::destroyForcibly)));
        startNanos = System.nanoTime();
        for (String name : names) {
            processes.put(name, program(name, name.equals(MANAGER) ? "manager" : "agent", name));
        }
    }

    private Path settings(String name) {
        return directory.resolve(name + ".conf");
    }

    private Process program(String output, String command, String settings) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        PROGRAM.toString(),
                        command,
                        "--config",
                        settings(settings).toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(new File(directory.toFile(), output + ".out"));
        builder.environment().put("REBALANCER_JAVA_OPTS", javaOptions.getOrDefault(output, ""));
        return builder.start();
    }

    private Map<String, Object> managerSettings(Surroundings region) {
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("rebalancer.manager.domain", RegionPlan.DOMAIN);
        own.put("rebalancer.manager.storinfo", "http://" + HOST + ":" + region.storinfoPort());
        own.put("rebalancer.manager.journal.kind", "postgresql");
        own.put("rebalancer.manager.journal.postgresql.url", region.journal());
        own.put("rebalancer.manager.journal.postgresql.user", BenchJournal.USER);
        List<Map<String, Object>> shards = new ArrayList<>();
        for (int port : region.shardPorts()) {
            shards.add(Map.of("number", shards.size() + 1, "host", HOST, "port", port));
        }
        own.put("rebalancer.manager.moray-shards", shards);
        return own;
    }

    private static Map<String, Object> agentSettings(Surroundings region, SimulatedNode node) {
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("rebalancer.agent.storage-id", node.storageId());
        own.put("rebalancer.agent.datacenter", node.datacenter());
        own.put("rebalancer.agent.root", node.root().toString());
        own.put(
                "rebalancer.agent.sources",
                region.roots().stream()
                        .map(each -> Map.of("storage-id", each.storageId(), "url", region.source()))
                        .toList());
        return own;
    }

    /** A client of the manager. */
    ManagerClient client() {
        return new ManagerClient(List.of(manager()));
    }

    private URI manager() {
        URI manager = urls.get(MANAGER);
        if (manager == null) {
            throw new IllegalStateException("the nodes were not started");
        }
        return manager;
    }

    /** Waits until every node is ready. */
    void awaitReady(ManagerClient client) throws IOException, InterruptedException {
        long endNanos = System.nanoTime() + START_TIMEOUT.toNanos();
        for (Map.Entry<String, URI> node : urls.entrySet()) {
            Optional<String> pending = client.pendingReadiness(node.getValue());
            while (pending.isPresent()) {
                requireAlive();
                if (System.nanoTime() > endNanos) {
                    throw new IOException(node.getKey() + " is not ready: " + pending.get());
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                pending = client.pendingReadiness(node.getValue());
            }
        }
    }

    /** Fails if a node has ended. */
    void requireAlive() throws IOException {
        for (Map.Entry<String, Process> each : processes.entrySet()) {
            if (!each.getValue().isAlive()) {
                throw new IOException(each.getKey() + " ended; see " + directory.resolve(each.getKey() + ".out"));
            }
        }
    }

    /** When the processes were started, as {@link System#nanoTime}. */
    long startNanos() {
        return startNanos;
    }

    /** Process ids by name. */
    Map<String, Long> pids() {
        Map<String, Long> pids = new LinkedHashMap<>();
        processes.forEach((name, process) -> pids.put(name, process.pid()));
        return pids;
    }

    /** Stops the nodes with SIGTERM, so that recordings are written, and kills those that do not end. */
    @Override
    public void close() throws InterruptedException {
        processes.values().forEach(Process::destroy);
        for (Process each : processes.values()) {
            if (!each.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                each.destroyForcibly();
            }
        }
    }
}
