package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rebalancer.agent.copy.Nginx;
import io.rebalancer.agent.store.TemporaryFiles;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills an agent's process repeatedly while it copies: no task is lost, and no finished task is repeated. */
@Tag("slow")
@Tag("external")
class AgentCrashTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int OBJECTS = 600;
    private static final int PARALLEL = 8;
    private static final int KILLS = 3;

    @TempDir
    private Path work;

    private Process start(Path settings) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AgentCommand.class.getName(),
                        "--config",
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        work.resolve("agent.log").toFile()))
                .start();
    }

    private static int complete(HttpCalls api, UUID assignment) throws InterruptedException {
        try {
            HttpResponse<String> response = api.get("/assignments/" + assignment);
            return response.statusCode() == 200
                    ? JSON.readTree(response.body())
                            .path("stats")
                            .path("complete")
                            .asInt()
                    : -1;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // The agent is not up yet, or was just killed.
            return -1;
        }
    }

    @Test
    void killsLoseNoTaskAndRepeatNoFinishedTask() throws Exception {
        Path served = Files.createDirectories(work.resolve("served"));
        Path root = work.resolve("root");
        UUID owner = UUID.randomUUID();
        UUID assignment = UUID.randomUUID();
        int port = LoopbackPorts.reserve();
        HttpCalls api = HttpCalls.toPort(port);
        try (Nginx nginx = Nginx.serve(served, work.resolve("nginx"))) {
            String source = nginx.url().substring("http://".length());
            List<String> tasks = new ArrayList<>();
            List<UUID> objects = new ArrayList<>();
            for (int i = 0; i < OBJECTS; i++) {
                UUID id = UUID.randomUUID();
                byte[] bytes = new byte[30_000];
                new Random(i).nextBytes(bytes);
                Files.write(
                        Files.createDirectories(served.resolve(owner.toString()))
                                .resolve(id.toString()),
                        bytes);
                String md5 = Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
                tasks.add(
                        "[\"" + id + "\",\"" + owner + "\",\"" + md5 + "\",[\"dc2\",\"" + source + "\"],\"Pending\"]");
                objects.add(id);
            }
            Path settings = Files.writeString(work.resolve("agent.conf"), """
                    rebalancer {
                      cluster { port = %d, first-seed-timeout = 1s }
                      metrics.enabled = off
                      agent {
                        storage-id = "1.stor.d", root = "%s", data-dir = "%s", http.port = %d
                        sources = [{ storage-id = "%s", url = "http://%s" }]
                        # Slow enough to be killed during the copies.
                        limits {
                          bytes-per-second = 1000000, parallel-fetches = %d, free-space-floor = 0
                          fill-ceiling-percent = 100
                        }
                      }
                    }
                    """.formatted(
                            LoopbackPorts.reserve(), root, work.resolve("data"), port, source, source, PARALLEL));
            Process agent = start(settings);
            await().atMost(TIMEOUT).until(() -> {
                try {
                    return api.post("/assignments", "[\"" + assignment + "\",[" + String.join(",", tasks) + "]]")
                                    .statusCode()
                            == 200;
                } catch (IOException e) {
                    return false;
                }
            });
            for (int kill = 1; kill <= KILLS; kill++) {
                int completeTasks = kill * OBJECTS / (KILLS + 2);
                await().atMost(TIMEOUT).until(() -> complete(api, assignment) >= completeTasks);
                assertThat(complete(api, assignment)).isLessThan(OBJECTS);
                agent.destroyForcibly().waitFor();
                agent = start(settings);
            }
            await().atMost(TIMEOUT).until(() -> complete(api, assignment) == OBJECTS);
            JsonNode stats = JSON.readTree(api.get("/assignments/" + assignment).body());
            assertThat(stats.path("stats").path("failed").asInt()).isZero();
            agent.destroyForcibly().waitFor();
            long fetches = 0;
            for (UUID id : objects) {
                assertThat(root.resolve(owner.toString()).resolve(id.toString()))
                        .hasSameBinaryContentAs(served.resolve(owner.toString()).resolve(id.toString()));
                fetches += nginx.fetches("/" + owner + "/" + id);
            }
            assertThat(fetches).isBetween((long) OBJECTS, (long) OBJECTS + KILLS * (PARALLEL + 64));
            assertThat(TemporaryFiles.of(root)).isEmpty();
        }
    }
}
