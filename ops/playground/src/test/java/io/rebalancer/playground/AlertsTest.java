package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.monitoring.Prometheus;
import io.rebalancer.monitoring.ShortenedRules;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults of a region with a database, one after the other, and the alerts for them: each fires while its fault lasts, and no other
 * one does. The times of the rules are {@linkplain ShortenedRules shortened}. {@code make test-monitoring} runs it;
 * {@code -Dalerts.situations=killedAgent,lockedTables} selects some of its situations.
 */
@EnabledIfSystemProperty(named = "monitoring.live", matches = "true")
@Tag("cluster")
@Tag("external")
@Tag("slow")
class AlertsTest {
    private static final String SITUATIONS = "alerts.situations";
    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    private static final String FIRST = RegionPlan.storageId(1);
    private static final String SECOND = RegionPlan.storageId(2);
    private static final String THIRD = RegionPlan.storageId(3);
    private static final String FOURTH = RegionPlan.storageId(4);
    private static final String FIFTH = RegionPlan.storageId(5);
    private static final List<String> AGENTS = List.of(FIRST, SECOND, THIRD, FOURTH, FIFTH);
    /** Lost assignments up to which the alert for them stays quiet, and some more: Prometheus extrapolates. */
    private static final int MOST_LOST = 7;

    /** Bytes in a second that agents copy at first: less than one object. */
    private static final int SLOW = 1000;

    private static final int READERS = 4;
    /** Share of the limit that the open files are: more than the 80 % of the alert, and with room for scrapes. */
    private static final double OPEN_FILES = 0.83;

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final ObjectMapper json = new ObjectMapper();
    private KillablePostgres postgres;
    private Playground playground;
    private HttpCalls manager;

    @BeforeEach
    void start() throws Exception {
        makeCertificate(365);
        postgres = new KillablePostgres(directory.resolve("postgres"));
        Map<String, Object> settings = new LinkedHashMap<>(Map.of(
                "kamon.metric.tick-interval", "1s",
                "kamon.metric.factory.default-settings.gauge.auto-update-interval", "1s",
                "kamon.metric.factory.default-settings.counter.auto-update-interval", "1s",
                "rebalancer.metrics.tls.enabled", true,
                "rebalancer.metrics.tls.certificate",
                        directory.resolve("certificate.pem").toString(),
                "rebalancer.metrics.tls.key", directory.resolve("key.pem").toString(),
                "rebalancer.metrics.tls.reload", "1s"));
        settings.put("rebalancer.evacuate.max-tasks-per-assignment", 5);
        settings.put("rebalancer.evacuate.max-assignments-in-flight", 60);
        settings.put("rebalancer.agent.limits.bytes-per-second", SLOW);
        settings.put("pekko.cluster.failure-detector.acceptable-heartbeat-pause", "6s");
        settings.put("rebalancer.evacuate.max-assignment-age", "500ms");
        settings.put("rebalancer.evacuate.agent-lost-after", "10s");
        settings.put("rebalancer.evacuate.timeouts.stalled-job", 30 * 60 / ShortenedRules.DIVISOR + "s");
        // Less than the default of 5 by one, so that lists on all threads of the read side take every connection.
        settings.put("rebalancer.manager.journal.postgresql.reading-pool-size", READERS);
        settings.put("pekko.cluster.split-brain-resolver.stable-after", "10s");
        settings.put("pekko.cluster.split-brain-resolver.down-all-when-unstable", "30s");
        // Kamon ignores a name that it does not know. Gauges would then keep each value for 10 s, longer than some
        // shortened
        // rules wait, so that one moment would fire an alert.
        assertThat(settings.keySet())
                .filteredOn(name -> name.startsWith("kamon."))
                .allMatch(ConfigFactory.defaultReference()::hasPath);
        ClusterPlan cluster = new ClusterPlan(
                Optional.empty(),
                true,
                0,
                1,
                Optional.of(new ClusterPlan.SharedJournal(postgres.url(), "postgres")),
                Optional.empty(),
                true,
                settings);
        RegionPlan plan = new RegionPlan(5, 600, OptionalLong.of(2048), Optional.empty(), 2, 11);
        Path run = WorkDirectory.prepare(directory.resolve("run"));
        playground = Playground.open(
                new PlaygroundOptions(plan, run, Optional.of(FIRST), cluster, false, false), run, Terminal.silent());
        manager = HttpCalls.to(playground.managerUrl());
    }

    @AfterEach
    void stop() throws Exception {
        playground.close();
        postgres.close();
    }

    /** Writes a certificate for the metrics ports, which use it within a second. */
    private void makeCertificate(int days) throws Exception {
        List<String> command =
                List.of("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -days"
                        .split(" "));
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(Integer.toString(days), "-keyout", "new-key.pem", "-out", "new-certificate.pem"));
        Process openssl = new ProcessBuilder(all)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("openssl.log").toFile())
                .start();
        assertThat(openssl.waitFor()).isZero();
        for (String file : List.of("key.pem", "certificate.pem")) {
            Files.move(directory.resolve("new-" + file), directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private List<String> targets() {
        return playground.cluster().all().stream()
                .map(node -> "127.0.0.1:"
                        + ConfigFactory.parseFile(node.settings().toFile()).getInt("rebalancer.metrics.port"))
                .toList();
    }

    private NodeSpec agent(String node) {
        return playground.cluster().agentOf(node);
    }

    private JsonNode read(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return json.readTree(response.body());
    }

    private void gate(String node, String gate) throws Exception {
        read(manager.put("/api/v1/storage-nodes/" + node + "/agent/gate", "{\"gate\":\"" + gate + "\"}"));
    }

    private void endLimit(String node) throws Exception {
        read(manager.put("/api/v1/storage-nodes/" + node + "/agent/limits", "{\"bytesPerSecond\":0}"));
    }

    private void createJob(String node) throws Exception {
        read(manager.post("/api/v1/jobs", "{\"leavingNode\":\"" + node + "\"}"));
    }

    private void restart(String node) throws Exception {
        playground.processes().start(agent(node));
    }

    private Path log(String node) {
        return directory.resolve("run").resolve(agent(node).name()).resolve("log");
    }

    @Test
    void alertsFireWhileTheirFaultsLastAndNoOthersDo() throws Exception {
        Path rules = Files.createDirectory(directory.resolve("rules"));
        Path ofPrometheus = Files.createDirectory(directory.resolve("prometheus"));
        try (Prometheus prometheus = Prometheus.start(ofPrometheus, targets(), ShortenedRules.writeTo(rules))) {
            await().atMost(TIMEOUT).until(prometheus::isReady);
            await().atMost(TIMEOUT)
                    .until(() -> prometheus.query("up == 1").size()
                            == playground.cluster().all().size());
            AlertTable table = new AlertTable(prometheus);
            Map<String, AlertTable.Action> situations = situations(table);
            List<String> selected = selected(situations.keySet());
            try {
                for (String situation : selected) {
                    Objects.requireNonNull(situations.get(situation)).run();
                }
            } finally {
                System.out.println(table.text());
            }
            assertThat(table.failures()).isEmpty();
            if (selected.size() == situations.size()) {
                assertThat(table.shown()).hasSize(18);
            }
            assertThat(prometheus.ruleErrors()).isEmpty();
        }
    }

    /** All situations by their names, in the order in which they run. */
    private Map<String, AlertTable.Action> situations(AlertTable table) {
        Map<String, AlertTable.Action> situations = new LinkedHashMap<>();
        situations.put("killedAgent", () -> killedAgent(table));
        situations.put("noDestination", () -> noDestination(table));
        situations.put("brokenTables", () -> brokenTables(table));
        situations.put("lockedTables", () -> lockedTables(table));
        situations.put("jobWithoutProgress", () -> jobWithoutProgress(table));
        situations.put("wrongBytes", () -> wrongBytes(table));
        return situations;
    }

    /** The situations that {@value #SITUATIONS} names, separated by commas; all of them if it is not set. */
    private static List<String> selected(Set<String> all) {
        String names = System.getProperty(SITUATIONS, "");
        if (names.isEmpty()) {
            return List.copyOf(all);
        }
        List<String> selected = List.of(names.split(","));
        assertThat(all).as("names in the system property " + SITUATIONS).containsAll(selected);
        return selected;
    }

    private void jobWithoutProgress(AlertTable table) throws Exception {
        Path log = log(FIFTH);
        Path away = log.resolveSibling("moved");
        long files = Objects.requireNonNull(
                playground.processes().processIds().get(agent(THIRD).name()));
        String usual = limitOfOpenFiles(files);
        table.step(
                Map.of(
                        "RebalancerJobNoProgress", "the gates of all agents are STOPPED",
                        "RebalancerJobStalled", "the gates of all agents are STOPPED",
                        "RebalancerCertificateEndsSoon", "a certificate that ends tomorrow",
                        "RebalancerCertificateEnds", "a certificate that ends tomorrow",
                        "RebalancerStorinfoStale", "storinfo is stopped",
                        "RebalancerOpenFiles", "the limit of an agent's open files is lowered",
                        "RebalancerLogFault", "the directory of an agent's log is moved away",
                        "RebalancerLogMaintenanceOld", "the directory of an agent's log is moved away"),
                () -> {
                    for (String node : AGENTS) {
                        gate(node, "STOPPED");
                    }
                    createJob(SECOND);
                    makeCertificate(1);
                    playground.region().stopStorinfo();
                    limitOpenFiles(files);
                    Files.move(log, away);
                },
                () -> {
                    Files.move(away, log);
                    setOpenFiles(files, usual);
                    playground.region().startStorinfo();
                    makeCertificate(365);
                    for (String node : AGENTS) {
                        gate(node, "OPEN");
                    }
                });
    }

    private static String limitOfOpenFiles(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.split("\\s+", -1)[3])
                .findFirst()
                .orElseThrow();
    }

    private static void limitOpenFiles(long pid) throws Exception {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            setOpenFiles(pid, Long.toString(Math.round(open.count() / OPEN_FILES)));
        }
    }

    private static void setOpenFiles(long pid, String limit) throws Exception {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--nofile=" + limit + ":")
                .inheritIO()
                .start();
        assertThat(prlimit.waitFor()).isZero();
    }

    private void killedAgent(AlertTable table) throws Exception {
        String fault = "an agent with open assignments is killed";
        table.step(
                Map.of(
                        "RebalancerAgentLost", fault,
                        "RebalancerTargetDown", fault,
                        "RebalancerMemberUnreachable", fault,
                        "RebalancerAssignmentsLost", fault),
                // The records of the lost assignments are not moved in this pass.
                Set.of("RebalancerExceptionsRising"),
                () -> {
                    createJob(FIRST);
                    await().atMost(TIMEOUT).until(() -> heldAssignments(FOURTH) > MOST_LOST);
                    // The job continues with the others meanwhile.
                    for (String node : AGENTS) {
                        if (!node.equals(FOURTH)) {
                            endLimit(node);
                        }
                    }
                    playground.processes().kill(agent(FOURTH));
                },
                () -> {
                    restart(FOURTH);
                    awaitAgent(FOURTH);
                    endLimit(FOURTH);
                });
    }

    private int heldAssignments(String node) throws Exception {
        return read(manager.get("/api/v1/storage-nodes/" + node + "/agent/assignments"))
                .path("assignments")
                .size();
    }

    private void awaitAgent(String node) {
        await().atMost(TIMEOUT)
                .until(() ->
                        manager.get("/api/v1/storage-nodes/" + node + "/agent").statusCode() == 200);
    }

    private void noDestination(AlertTable table) throws Exception {
        String fault = "all agents are stopped";
        table.step(
                Map.of(
                        "RebalancerNoDestination", fault,
                        "RebalancerAgentLost", fault,
                        "RebalancerTargetDown", fault),
                () -> {
                    for (String node : AGENTS) {
                        playground.processes().terminate(agent(node), STOP_TIMEOUT);
                    }
                },
                () -> {
                    for (String node : AGENTS) {
                        restart(node);
                    }
                    for (String node : AGENTS) {
                        awaitAgent(node);
                    }
                });
        table.step(
                Map.of("RebalancerLogTornTail", "half an entry is at the end of an agent's log when it starts"),
                // The agent is away while it is restarted.
                Set.of("RebalancerAgentLost", "RebalancerTargetDown"),
                () -> {
                    playground.processes().terminate(agent(FIFTH), STOP_TIMEOUT);
                    Files.write(newestSegment(FIFTH), new byte[] {1, 2, 3, 4, 5}, StandardOpenOption.APPEND);
                    restart(FIFTH);
                },
                () -> {
                    playground.processes().terminate(agent(FIFTH), STOP_TIMEOUT);
                    restart(FIFTH);
                    awaitAgent(FIFTH);
                });
    }

    private Path newestSegment(String node) throws IOException {
        try (Stream<Path> files = Files.list(log(node))) {
            return files.filter(file -> file.toString().endsWith(".seg"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }

    private Connection database() throws Exception {
        return DriverManager.getConnection(postgres.url(), "postgres", "");
    }

    private void database(String sql) throws Exception {
        try (Connection connection = database();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void brokenTables(AlertTable table) throws Exception {
        String fault = "a table of the read side was renamed";
        table.step(
                Map.of("RebalancerProjectionFailing", fault, "RebalancerProjectionLag", fault),
                () -> {
                    database("alter table audit_entry rename to away");
                    read(manager.send("PATCH", "/api/v1/settings", "{\"assignmentsPerAgent\":8}"));
                },
                () -> database("alter table away rename to audit_entry"));
    }

    private void lockedTables(AlertTable table) throws Exception {
        AtomicBoolean locked = new AtomicBoolean(true);
        ExecutorService readers = Executors.newFixedThreadPool(READERS);
        List<Future<?>> reading = new ArrayList<>();
        String fault = "another transaction locks the table that lists read";
        try (Connection connection = database();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            table.step(
                    // The projector gets no connection of the same pool, so its tables stay behind too.
                    Map.of(
                            "RebalancerDatabasePoolExhausted", fault,
                            "RebalancerProjectionFailing", fault,
                            "RebalancerProjectionLag", fault),
                    () -> {
                        statement.execute("lock table job in access exclusive mode");
                        for (int i = 0; i < READERS; i++) {
                            reading.add(readers.submit(() -> {
                                while (locked.get()) {
                                    manager.get("/api/v1/jobs");
                                }
                                return null;
                            }));
                        }
                    },
                    () -> {
                        locked.set(false);
                        connection.rollback();
                    });
            for (Future<?> each : reading) {
                each.get();
            }
        } finally {
            readers.shutdownNow();
        }
    }

    private void wrongBytes(AlertTable table) throws Exception {
        table.step(
                Map.of("RebalancerExceptionsRising", "all copies have other bytes than their objects"),
                () -> {
                    try (Stream<Path> files = Files.walk(directory.resolve("run/nodes"))) {
                        for (Path file : files.filter(Files::isRegularFile)
                                .filter(each -> !each.toString().contains("/.rebalancer/"))
                                .toList()) {
                            Files.writeString(file, "damaged");
                        }
                    }
                    createJob(THIRD);
                },
                () -> {});
    }
}
