package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.cluster.Rebalancer;
import io.rebalancer.playground.region.RegionPlan;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three managers that share a real PostgreSQL, real agents, real files, and real signals to whoever hosts the job; run by
 * {@code make test-cluster}, since a job that is long enough to be disturbed twice takes minutes.
 */
@EnabledIfSystemProperty(named = "cluster.objects", matches = "[0-9]+")
class SharedJournalTest {
    private static final String LEAVING = RegionPlan.storageId(1);
    private static final int OBJECTS = Integer.getInteger("cluster.objects", 20_000);
    private static final boolean QUICK = Boolean.getBoolean("cluster.quick");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path directory;

    private Playground open(EmbeddedPostgres postgres) throws Exception {
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        RegionPlan plan = new RegionPlan(5, OBJECTS, OptionalLong.empty(), Optional.empty(), 2, 11);
        String url = "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres";
        Rebalancer.Layout layout = new Rebalancer.Layout(
                Optional.empty(), true, 0, 3, Optional.of(new Rebalancer.SharedJournal(url, "postgres")), QUICK);
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return Playground.open(
                new PlaygroundOptions(plan, prepared, Optional.of(LEAVING), layout, false, false),
                prepared,
                new Terminal(nowhere, false));
    }

    private static CompletableFuture<RunReport> evacuate(Playground playground) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return playground.evacuate(LEAVING);
            } catch (IOException | InterruptedException | PlaygroundFault e) {
                throw new CompletionException(e);
            }
        });
    }

    private static ManagerClient client(Playground playground) {
        return new ManagerClient(
                playground.rebalancer().managers().stream().map(NodeSpec::http).toList());
    }

    private static String jobId(ManagerClient client) {
        return await().atMost(PATIENCE)
                .until(() -> client.jobs().stream().findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    private static long settled(JsonNode job) {
        return job.path("discovered").asLong() - job.path("inFlight").asLong();
    }

    private static boolean ended(JsonNode job) {
        return job.path("state").asText().startsWith("DONE")
                || job.path("state").asText().equals("FAILED");
    }

    /** Waits until so many records are settled, and finds who hosts the job. */
    private NodeSpec hostAt(Playground playground, ManagerClient client, String jobId, long due) {
        JsonNode job = await().atMost(PATIENCE)
                .until(() -> client.job(jobId).filter(each -> settled(each) >= due || ended(each)), Optional::isPresent)
                .orElseThrow();
        assertThat(ended(job)).as("there is a job left to disturb: %s", job).isFalse();
        return await().atMost(PATIENCE)
                .until(() -> host(playground, jobId), Optional::isPresent)
                .orElseThrow();
    }

    /** The manager that said last that the job begins or goes on at it. */
    private Optional<NodeSpec> host(Playground playground, String jobId) throws IOException {
        Optional<NodeSpec> host = Optional.empty();
        String last = "";
        for (NodeSpec manager : playground.rebalancer().managers()) {
            try (Stream<String> lines = Files.lines(directory.resolve("run/logs/" + manager.name() + ".log"))) {
                String said = lines.filter(line -> line.contains("job=" + jobId)
                                && (line.contains("goes on here") || line.contains("begins here")))
                        .reduce("", (first, second) -> second);
                if (said.compareTo(last) > 0) {
                    last = said;
                    host = Optional.of(manager);
                }
            }
        }
        return host;
    }

    /** From now until the job, wherever it is, has settled more than when it was first heard of again. */
    private static double secondsUntilProgress(ManagerClient client, String jobId) {
        Instant at = Instant.now();
        JsonNode again = await().atMost(PATIENCE)
                .until(() -> client.job(jobId), Optional::isPresent)
                .orElseThrow();
        await().atMost(PATIENCE)
                .until(() -> client.job(jobId)
                        .filter(job -> settled(job) > settled(again) || ended(job))
                        .isPresent());
        return Duration.between(at, Instant.now()).toMillis() / 1000.0;
    }

    @Test
    void aJobGoesOnAtAnotherManagerEachTimeThatItsOwnIsKilled() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
                Playground playground = open(postgres)) {
            ManagerClient client = client(playground);
            CompletableFuture<RunReport> run = evacuate(playground);
            String jobId = jobId(client);
            for (int kill = 1; kill <= 2; kill++) {
                NodeSpec host = hostAt(playground, client, jobId, OBJECTS / 10L * kill);
                playground.processes().kill(host);
                System.out.printf(
                        "kill -9 %s, which hosted the job; progress again after %.1f s%n",
                        host.name(), secondsUntilProgress(client, jobId));
                playground.processes().start(host);
            }
            RunReport report = run.get();
            assertThat(report.violations()).isEmpty();
            assertThat(report.fetchedAgain()).as("objects fetched twice").isZero();
        }
    }

    /** A manager that stands still for longer than the others wait: they go on without it, and it ends by itself. */
    @Test
    void aManagerThatWasFrozenIsReplacedAndEndsItself() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
                Playground playground = open(postgres)) {
            ManagerClient client = client(playground);
            CompletableFuture<RunReport> run = evacuate(playground);
            String jobId = jobId(client);
            NodeSpec host = hostAt(playground, client, jobId, OBJECTS / 20L);
            long pid = playground.processes().processIds().getOrDefault(host.name(), 0L);
            assertThat(pid).isPositive();
            signal("STOP", pid);
            System.out.printf(
                    "SIGSTOP %s, which hosted the job; progress again after %.1f s%n",
                    host.name(), secondsUntilProgress(client, jobId));
            signal("CONT", pid);
            await().atMost(PATIENCE)
                    .until(() ->
                            !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
            RunReport report = run.get();
            assertThat(report.violations()).isEmpty();
            assertThat(report.fetchedAgain()).as("objects fetched twice").isZero();
        }
    }

    private static void signal(String name, long pid) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
        assertThat(kill.waitFor()).isZero();
    }
}
