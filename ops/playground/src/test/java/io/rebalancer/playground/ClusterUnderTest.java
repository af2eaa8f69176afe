package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.cluster.MemberNetwork;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.console.PlaygroundFault;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.region.RegionPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.awaitility.core.ConditionTimeoutException;

/** Three managers that share a real PostgreSQL, and five agents, each in its own process, with one evacuate job. */
final class ClusterUnderTest implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofMinutes(3);

    private static final String LEAVING = RegionPlan.storageId(1);
    private static final String LOG_TIME = "yyyy-MM-dd HH:mm:ss,SSS";
    private static final int NODES = 5;
    private static final long OBJECT_BYTES = 1024;
    /** Each object has two copies on five nodes, so two in five objects are on the leaving node. */
    private static final double OBJECTS_PER_RECORD = 2.5;

    private final Path directory;
    private final int records;
    private final ActorSystem<Void> system;
    private final MemberNetwork network;
    private final KillablePostgres postgres;
    private final Playground playground;
    private final ManagerClient client;
    private CompletableFuture<RunReport> run = new CompletableFuture<>();
    private String jobId = "";

    /**
     * Starts all nodes with the default settings.
     *
     * @param records approximate number of records that the job settles
     * @param bytesPerSecond copy limit of each agent, or 0 for no limit; every object has 1 KiB
     */
    ClusterUnderTest(Path directory, int records, long seed, long bytesPerSecond) throws Exception {
        this(directory, records, seed, bytesPerSecond, Map.of());
    }

    /** @param settings further settings of every node, paths to values */
    ClusterUnderTest(Path directory, int records, long seed, long bytesPerSecond, Map<String, Object> settings)
            throws Exception {
        this.directory = directory;
        this.records = records;
        this.system = ActorSystem.create(
                Behaviors.empty(),
                "network",
                ConfigFactory.parseString("pekko { actor.provider = local, loglevel = WARNING"
                                + ", coordinated-shutdown.run-by-jvm-shutdown-hook = off }")
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve());
        this.network = new MemberNetwork(system, seed);
        this.postgres = new KillablePostgres(directory.resolve("postgres"));
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        RegionPlan plan = new RegionPlan(
                NODES, (int) (records * OBJECTS_PER_RECORD), OptionalLong.of(OBJECT_BYTES), Optional.empty(), 2, seed);
        ClusterPlan clusterPlan = new ClusterPlan(
                Optional.empty(),
                true,
                0,
                3,
                Optional.of(new ClusterPlan.SharedJournal(postgres.url(), "postgres")),
                Optional.of(network),
                false,
                with(settings, "rebalancer.agent.limits.bytes-per-second", bytesPerSecond));
        try {
            this.playground = Playground.open(
                    new PlaygroundOptions(plan, prepared, Optional.of(LEAVING), clusterPlan, false, false),
                    prepared,
                    Terminal.silent());
        } catch (PlaygroundFault e) {
            closeServices();
            throw e;
        }
        this.client = new ManagerClient(managers().stream().map(NodeSpec::http).toList());
    }

    private static Map<String, Object> with(Map<String, Object> settings, String path, Object value) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(path, value);
        return all;
    }

    /** Creates the job without a verification of the region after its end. */
    void startJob() throws Exception {
        jobId = client.evacuate(LEAVING);
    }

    /** Removes all copies of one in {@code share} objects of the leaving node, so that they can't be moved. */
    void removeSomeObjects(int share) throws IOException {
        for (Path copy : copiesOfSome(share)) {
            Files.delete(copy);
        }
    }

    /**
     * Moves all copies of one in {@code share} objects of the leaving node out of the way, so that they can't be moved for now.
     *
     * @return by its place, where each copy is meanwhile
     */
    Map<Path, Path> hideSomeObjects(int share) throws IOException {
        Path aside = Files.createDirectories(directory.resolve("aside"));
        Map<Path, Path> hidden = new HashMap<>();
        for (Path copy : copiesOfSome(share)) {
            hidden.put(copy, Files.move(copy, aside.resolve("copy-" + hidden.size())));
        }
        return hidden;
    }

    private List<Path> copiesOfSome(int share) throws IOException {
        Path nodes = directory.resolve("run/nodes");
        Set<String> chosen = new HashSet<>();
        try (Stream<Path> files = Files.walk(nodes.resolve(LEAVING))) {
            files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> Math.floorMod(name.hashCode(), share) == 0)
                    .forEach(chosen::add);
        }
        try (Stream<Path> files = Files.walk(nodes)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> chosen.contains(file.getFileName().toString()))
                    .toList();
        }
    }

    /** Creates the job; {@link #awaitReport} returns its report. */
    void evacuate() {
        run = CompletableFuture.supplyAsync(() -> {
            try {
                return playground.evacuate(LEAVING);
            } catch (IOException | InterruptedException | PlaygroundFault e) {
                throw new CompletionException(e);
            }
        });
        jobId = await().atMost(TIMEOUT)
                .until(() -> client.jobIds().stream().findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    /** Waits for the end of the job and for the verification of the region. */
    RunReport awaitReport() throws Exception {
        return run.get();
    }

    int records() {
        return records;
    }

    List<NodeSpec> managers() {
        return playground.cluster().managers();
    }

    /** Agents that receive copies. */
    List<NodeSpec> destinations() {
        return playground.cluster().agents().entrySet().stream()
                .filter(agent -> !agent.getKey().equals(LEAVING))
                .map(Map.Entry::getValue)
                .toList();
    }

    Playground playground() {
        return playground;
    }

    KillablePostgres postgres() {
        return postgres;
    }

    MemberNetwork network() {
        return network;
    }

    ManagerClient client() {
        return client;
    }

    String jobId() {
        return jobId;
    }

    /** The process id of a running node. */
    long pid(NodeSpec node) {
        long pid = playground.processes().processIds().getOrDefault(node.name(), 0L);
        assertThat(pid).as("process id of " + node.name()).isPositive();
        return pid;
    }

    /** Waits until {@code due} records are settled or the job has ended, and returns the job. */
    JsonNode awaitSettledOrEnded(long due) {
        return await().atMost(TIMEOUT)
                .until(
                        () -> client.job(jobId)
                                .filter(each -> JobWatch.settled(each) >= due || JobWatch.hasEnded(each)),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Waits until {@code due} records are settled, checks that the job is still running, and returns the job. */
    JsonNode awaitSettled(long due) {
        JsonNode job = awaitSettledOrEnded(due);
        assertThat(JobWatch.hasEnded(job))
                .as("the job has ended before the fault: %s", job)
                .isFalse();
        return job;
    }

    /** The manager that currently hosts the job: the last one that started or resumed it. */
    NodeSpec host() {
        return await().atMost(TIMEOUT)
                .until(() -> lastStart().map(LogLine::node), Optional::isPresent)
                .orElseThrow();
    }

    /** The oldest manager: the one that runs the singletons. */
    NodeSpec oldest() {
        return await().atMost(TIMEOUT)
                .until(this::managerOfRegistry, Optional::isPresent)
                .orElseThrow();
    }

    private Optional<NodeSpec> managerOfRegistry() throws InterruptedException {
        Optional<String> address = client.cluster()
                .map(status -> status.path("singletons").path("JobRegistry").asText());
        return managers().stream()
                .filter(manager ->
                        address.filter(at -> at.endsWith(":" + port(manager))).isPresent())
                .findFirst();
    }

    private static int port(NodeSpec node) {
        return ConfigFactory.parseFile(node.settings().toFile()).getInt("rebalancer.cluster.port");
    }

    /** Waits until another manager has started or resumed the job. */
    void awaitHostOtherThan(NodeSpec previous) {
        await().atMost(TIMEOUT)
                .until(() -> lastStart()
                        .filter(line -> !line.node().equals(previous))
                        .isPresent());
    }

    /** When the current host started or resumed the job. */
    Instant hostSince() throws IOException {
        return lastStart().orElseThrow().at();
    }

    private static Instant at(String line) {
        return LocalDateTime.parse(line.substring(0, LOG_TIME.length()), DateTimeFormatter.ofPattern(LOG_TIME))
                .atZone(ZoneId.systemDefault())
                .toInstant();
    }

    /** A log line about the start of the job on a manager. */
    private record LogLine(NodeSpec node, Instant at) {}

    private Optional<LogLine> lastStart() throws IOException {
        Optional<LogLine> last = Optional.empty();
        for (NodeSpec manager : managers()) {
            Optional<LogLine> start = lines(manager, "job=" + jobId)
                    .filter(line ->
                            line.contains("resumed on this manager") || line.contains("started on this manager"))
                    .reduce((first, second) -> second)
                    .map(line -> new LogLine(manager, at(line)));
            if (start.isPresent()
                    && (last.isEmpty() || start.get().at().isAfter(last.get().at()))) {
                last = start;
            }
        }
        return last;
    }

    /** The lines of a node's log that contain {@code text}. */
    Stream<String> lines(NodeSpec node, String text) throws IOException {
        return Files.readAllLines(log(node)).stream().filter(line -> line.contains(text));
    }

    private Path log(NodeSpec node) {
        return directory.resolve("run/logs/" + node.name() + ".log");
    }

    /** Waits until a node that was started reports that it is ready. */
    void awaitReady(NodeSpec node) {
        await().atMost(TIMEOUT).until(() -> client.pendingReadiness(node.http()).isEmpty());
    }

    /** Seconds from now until the job is served again and has settled more records, or has ended. */
    double secondsUntilProgress() {
        Instant start = Instant.now();
        try {
            JsonNode resumed = await().atMost(TIMEOUT)
                    .until(() -> client.job(jobId), Optional::isPresent)
                    .orElseThrow();
            await().atMost(TIMEOUT)
                    .until(() -> client.job(jobId)
                            .filter(job -> JobWatch.settled(job) > JobWatch.settled(resumed) || JobWatch.hasEnded(job))
                            .isPresent());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "no progress for " + TIMEOUT + "; processes that ended unexpectedly: "
                            + playground.processes().takeEnded(),
                    e);
        }
        return Duration.between(start, Instant.now()).toMillis() / 1000.0;
    }

    @Override
    public void close() throws Exception {
        playground.close();
        closeServices();
    }

    private void closeServices() throws Exception {
        postgres.close();
        network.close();
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().get();
    }
}
