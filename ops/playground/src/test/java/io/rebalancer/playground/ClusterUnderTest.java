package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.playground.cluster.ClusterLayout;
import io.rebalancer.playground.cluster.MemberNetwork;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.region.RegionPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.awaitility.core.ConditionTimeoutException;

/** Three managers that share a real PostgreSQL and five agents, all processes, with a job to disturb. */
final class ClusterUnderTest implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofMinutes(3);

    private static final String LEAVING = RegionPlan.storageId(1);
    private static final String LOG_TIME = "yyyy-MM-dd HH:mm:ss,SSS";
    private static final int NODES = 5;
    private static final long OBJECT_BYTES = 1024;
    /** Objects have two copies each, so that two in five are on one of five nodes. */
    private static final double SHARE = 2.5;

    private final Path directory;
    private final int records;
    private final ActorSystem<Void> system;
    private final MemberNetwork network;
    private final CrashingPostgres postgres;
    private final Playground playground;
    private final ManagerClient client;
    private CompletableFuture<RunReport> run = new CompletableFuture<>();
    private String jobId = "";

    /**
     * Starts everything, with the settings that are shipped.
     *
     * @param records that the job will settle, about
     * @param bytesPerSecond that each agent may copy, or 0 for no limit; all objects have 1 KiB
     */
    ClusterUnderTest(Path directory, int records, long seed, long bytesPerSecond) throws Exception {
        this.directory = directory;
        this.records = records;
        this.system = ActorSystem.create(
                Behaviors.empty(),
                "network",
                ConfigFactory.parseString("pekko { actor.provider = local, loglevel = WARNING"
                                + ", coordinated-shutdown.run-by-jvm-shutdown-hook = off }")
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve());
        this.network = new MemberNetwork(system);
        this.postgres = new CrashingPostgres(directory.resolve("postgres"));
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        RegionPlan plan = new RegionPlan(
                NODES, (int) (records * SHARE), OptionalLong.of(OBJECT_BYTES), Optional.empty(), 2, seed);
        ClusterLayout.Layout layout = new ClusterLayout.Layout(
                Optional.empty(),
                true,
                0,
                3,
                Optional.of(new ClusterLayout.SharedJournal(postgres.url(), "postgres")),
                Optional.of(network),
                false,
                Map.of("rebalancer.agent.limits.bytes-per-second", bytesPerSecond));
        this.playground = Playground.open(
                new PlaygroundOptions(plan, prepared, Optional.of(LEAVING), layout, false, false),
                prepared,
                RunningRegion.quietTerminal());
        this.client = new ManagerClient(managers().stream().map(NodeSpec::http).toList());
    }

    /** Orders the job; {@link #end} tells what came of it. */
    void evacuate() {
        run = CompletableFuture.supplyAsync(() -> {
            try {
                return playground.evacuate(LEAVING);
            } catch (IOException | InterruptedException | PlaygroundFault e) {
                throw new CompletionException(e);
            }
        });
        jobId = await().atMost(TIMEOUT)
                .until(() -> client.jobs().stream().findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    /** Waits for the end of the job and has the region verified. */
    RunReport end() throws Exception {
        return run.get();
    }

    int records() {
        return records;
    }

    List<NodeSpec> managers() {
        return playground.rebalancer().managers();
    }

    /** Agents that receive copies. */
    List<NodeSpec> destinations() {
        return playground.rebalancer().agents().entrySet().stream()
                .filter(agent -> !agent.getKey().equals(LEAVING))
                .map(Map.Entry::getValue)
                .toList();
    }

    Playground playground() {
        return playground;
    }

    CrashingPostgres postgres() {
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

    long pid(NodeSpec node) {
        long pid = playground.processes().processIds().getOrDefault(node.name(), 0L);
        assertThat(pid).as(node.name() + " runs").isPositive();
        return pid;
    }

    static long settled(JsonNode job) {
        return job.path("discovered").asLong() - job.path("inFlight").asLong();
    }

    static boolean ended(JsonNode job) {
        return job.path("state").asText().startsWith("DONE")
                || job.path("state").asText().equals("FAILED");
    }

    /** Waits until so many records are settled, or the job is over; the job as it stands then. */
    JsonNode awaitSettledOrOver(long due) {
        return await().atMost(TIMEOUT)
                .until(() -> client.job(jobId).filter(each -> settled(each) >= due || ended(each)), Optional::isPresent)
                .orElseThrow();
    }

    /** Waits until so many records are settled while the job goes on; the job as it stands then. */
    JsonNode awaitSettled(long due) {
        JsonNode job = awaitSettledOrOver(due);
        assertThat(ended(job)).as("there is a job left to disturb: %s", job).isFalse();
        return job;
    }

    /** The manager at which the job began or went on last. */
    NodeSpec host() {
        return await().atMost(TIMEOUT)
                .until(() -> lastWordOfHost().map(LogLine::node), Optional::isPresent)
                .orElseThrow();
    }

    void awaitHostOtherThan(NodeSpec former) {
        await().atMost(TIMEOUT)
                .until(() -> lastWordOfHost()
                        .filter(line -> !line.node().equals(former))
                        .isPresent());
    }

    /** When the job began or went on there. */
    Instant hostSince() throws IOException {
        return lastWordOfHost().orElseThrow().at();
    }

    private static Instant at(String line) {
        return LocalDateTime.parse(line.substring(0, LOG_TIME.length()), DateTimeFormatter.ofPattern(LOG_TIME))
                .atZone(ZoneId.systemDefault())
                .toInstant();
    }

    private record LogLine(NodeSpec node, Instant at) {}

    private Optional<LogLine> lastWordOfHost() throws IOException {
        Optional<LogLine> last = Optional.empty();
        for (NodeSpec manager : managers()) {
            Optional<LogLine> said = lines(manager, "job=" + jobId)
                    .filter(line ->
                            line.contains("resumed on this manager") || line.contains("started on this manager"))
                    .reduce((first, second) -> second)
                    .map(line -> new LogLine(manager, at(line)));
            if (said.isPresent()
                    && (last.isEmpty() || said.get().at().isAfter(last.get().at()))) {
                last = said;
            }
        }
        return last;
    }

    /** Lines of a node's log that have a text in them. */
    Stream<String> lines(NodeSpec node, String text) throws IOException {
        return Files.readAllLines(log(node)).stream().filter(line -> line.contains(text));
    }

    private Path log(NodeSpec node) {
        return directory.resolve("run/logs/" + node.name() + ".log");
    }

    /** Waits until a node that was started says that it is ready. */
    void awaitReady(NodeSpec node) {
        await().atMost(TIMEOUT).until(() -> client.notReady(node.http()).isEmpty());
    }

    /** Seconds from now until the job, wherever it is, has settled more than when it is first heard of again. */
    double secondsUntilProgress() {
        Instant at = Instant.now();
        try {
            JsonNode again = await().atMost(TIMEOUT)
                    .until(() -> client.job(jobId), Optional::isPresent)
                    .orElseThrow();
            await().atMost(TIMEOUT)
                    .until(() -> client.job(jobId)
                            .filter(job -> settled(job) > settled(again) || ended(job))
                            .isPresent());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "no progress for " + TIMEOUT + "; processes that ended by themselves: "
                            + playground.processes().ended(),
                    e);
        }
        return Duration.between(at, Instant.now()).toMillis() / 1000.0;
    }

    @Override
    public void close() throws Exception {
        playground.close();
        postgres.close();
        network.close();
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().get();
    }
}
