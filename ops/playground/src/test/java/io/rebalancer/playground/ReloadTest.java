package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.process.NodeProcess;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.manager.node.ManagerCommand;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manager process runs with a legacy config.json and reloads it on SIGUSR1 (manta.md 10.2). */
@Tag("slow")
class ReloadTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String REJECTION = "Snaplink Cleanup Required";

    @TempDir
    private Path directory;

    private void write(int port, String snaplinks, String fill) throws IOException {
        Files.writeString(directory.resolve("config.json"), """
                {"domain_name":"nowhere.invalid","listen_port":%d,"snaplink_cleanup_required":%s,
                 "max_fill_percentage":%s,"shards":[{"host":"1.moray.nowhere.invalid"}]}
                """.formatted(port, snaplinks, fill));
    }

    private static String createJob(int port) throws InterruptedException {
        try {
            return HttpCalls.toPort(port).post("/jobs", "{bad").body();
        } catch (IOException e) {
            return "no reply";
        }
    }

    private static String metrics(int port) throws IOException, InterruptedException {
        return HttpCalls.toPort(port).get("/metrics").body();
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private static void requestReload(Process process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-USR1", String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private Process start(Path settings) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManagerCommand.class.getName(),
                        "--config",
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
    }

    /** The legacy manager listens at 0.0.0.0. This one does not start before it opens a port that way. */
    @Test
    void aLegacyFileNeedsConsentToListen() throws Exception {
        write(LoopbackPorts.reserve(), "true", "90");
        Path settings = Files.writeString(
                directory.resolve("closed.conf"),
                "include file(\"%s\")\nrebalancer { cluster.port = %d, metrics.enabled = off, manager.data-dir = \"%s\" }"
                        .formatted(
                                directory.resolve("config.json"), LoopbackPorts.reserve(), directory.resolve("data")));
        Process manager = start(settings);
        try {
            assertThat(manager.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(manager.exitValue()).isEqualTo(NodeProcess.CANNOT_START);
            assertThat(log().lines().filter(line -> line.startsWith("rebalancer manager: ")))
                    .singleElement()
                    .asString()
                    .contains(
                            "http.host 0.0.0.0, port",
                            "rebalancer-adm token bootstrap",
                            "open-to-network",
                            "token-file",
                            "config.json");
        } finally {
            manager.destroyForcibly();
        }
    }

    @Test
    void aSignalReloadsTheSettings() throws Exception {
        int port = LoopbackPorts.reserve();
        int metrics = LoopbackPorts.reserve();
        write(port, "true", "90");
        Path settings = Files.writeString(directory.resolve("manager.conf"), """
                include file("%s")
                rebalancer {
                  cluster { port = %d, first-seed-timeout = 1s }
                  metrics.port = %d
                  manager { data-dir = "%s", http.host = "127.0.0.1" }
                }
                """.formatted(
                        directory.resolve("config.json"), LoopbackPorts.reserve(), metrics, directory.resolve("data")));
        Process manager = start(settings);
        try {
            await().atMost(TIMEOUT).until(() -> log().contains("manager runs with"));
            assertThat(createJob(port)).isEqualTo(REJECTION);
            await().atMost(TIMEOUT)
                    .until(() -> metrics(metrics)
                            .lines()
                            .anyMatch(line -> line.startsWith("request_count{")
                                    && line.contains("service=\"1.rebalancer.localhost\"")
                                    && line.contains("req=\"evacuate\"")));
            write(port, "false", "80");
            requestReload(manager);
            await().atMost(TIMEOUT).until(() -> createJob(port).contains("not JSON"));
            assertThat(log())
                    .contains("applied [rebalancer.manager.legacy.snaplink-cleanup-required,"
                            + " rebalancer.placement.max-fill-percent], need a restart []");
            write(port, "true", "180");
            requestReload(manager);
            await().atMost(TIMEOUT).until(() -> log().contains("keeps its settings"));
            assertThat(log()).contains("max_fill_percentage must be 1 to 100, not 180");
            assertThat(createJob(port)).contains("not JSON");
            write(LoopbackPorts.reserve(), "false", "80");
            requestReload(manager);
            await().atMost(TIMEOUT).until(() -> log().contains("need a restart [rebalancer.manager.http.port]"));
            assertThat(manager.isAlive()).isTrue();
        } finally {
            manager.destroyForcibly();
        }
    }

    private Path writeReconcile(int clusterPort, String enabled) throws IOException {
        return Files.writeString(directory.resolve("manager.conf"), """
                include file("%s")
                rebalancer {
                  cluster { port = %d, first-seed-timeout = 1s }
                  metrics.enabled = off
                  manager { data-dir = "%s", http.host = "127.0.0.1" }
                  reconcile { enabled = %s, sort.directory = "%s" }
                }
                """.formatted(
                        directory.resolve("config.json"),
                        clusterPort,
                        directory.resolve("data"),
                        enabled,
                        directory.resolve("sort")));
    }

    private static String reconciliation(int port) throws InterruptedException {
        try {
            return HttpCalls.toPort(port).get("/api/v1/reconciliation").body();
        } catch (IOException e) {
            return "no reply";
        }
    }

    @Test
    void reconciliationIsSwitchedOnWhileTheManagerRuns() throws Exception {
        int port = LoopbackPorts.reserve();
        int clusterPort = LoopbackPorts.reserve();
        write(port, "false", "90");
        Path stale = Files.writeString(
                Files.createDirectory(directory.resolve("sort")).resolve("claims-1"), "x");
        Process manager = start(writeReconcile(clusterPort, "off"));
        try {
            await().atMost(TIMEOUT).until(() -> log().contains("manager runs with"));
            assertThat(reconciliation(port)).isEqualTo("{\"enabled\":false}");
            assertThat(stale).doesNotExist();
            HttpCalls calls = HttpCalls.toPort(port);
            String run = "{\"mode\":\"observe\"}";
            assertThat(calls.send("POST", "/api/v1/reconciliation/runs", run, "Content-Type", "application/json")
                            .body())
                    .contains("RECONCILIATION_DISABLED", "rebalancer.reconcile.enabled = on");
            writeReconcile(clusterPort, "on");
            requestReload(manager);
            await().atMost(TIMEOUT).until(() -> reconciliation(port).equals("{\"enabled\":true}"));
            assertThat(log()).contains("applied [rebalancer.reconcile.enabled]");
            String unknown = "/api/v1/reconciliation/runs/" + new UUID(0, 1);
            assertThat(calls.get(unknown).body()).contains("RUN_NOT_FOUND");
        } finally {
            manager.destroyForcibly();
        }
    }
}
