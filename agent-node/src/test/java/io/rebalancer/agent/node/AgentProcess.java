package io.rebalancer.agent.node;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.testsupport.HttpCalls;
import io.rebalancer.testsupport.Nginx;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** A separate agent process with one source. Tests kill it, start it again, and call its legacy HTTP API. */
final class AgentProcess implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(120);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path work;
    private final Path root;
    private final Path settings;
    private final String source;
    private final HttpCalls api;
    private Process process;

    /**
     * Starts the agent.
     *
     * @param work directory for the files of the agent
     * @param data directory of its journal
     * @param extra further settings
     */
    AgentProcess(Path work, Path data, Nginx nginx, String limits, String extra) throws IOException {
        this.work = work;
        this.root = work.resolve("root");
        this.source = nginx.url().substring("http://".length());
        int port = LoopbackPorts.reserve();
        this.api = HttpCalls.toPort(port);
        this.settings = Files.writeString(work.resolve("agent.conf"), """
                rebalancer {
                  cluster { port = %d, first-seed-timeout = 1s }
                  metrics.enabled = off
                  agent {
                    storage-id = "1.stor.d", root = "%s", data-dir = "%s", http.port = %d
                    sources = [{ storage-id = "%s", url = "http://%s" }]
                    limits { %s, free-space-floor = 0, fill-ceiling-percent = 100 }
                  }
                }
                %s
                """.formatted(
                        LoopbackPorts.reserve(), root, data, port, source, source, limits, extra));
        this.process = start();
    }

    private Process start() throws IOException {
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

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void killAndRestart() throws Exception {
        kill();
        process = start();
    }

    Path root() {
        return root;
    }

    /** A task of the legacy API in its positional form. */
    String task(UUID objectId, UUID owner, String md5) {
        return "[\"" + objectId + "\",\"" + owner + "\",\"" + md5 + "\",[\"dc2\",\"" + source + "\"],\"Pending\"]";
    }

    /** Sends an assignment and returns the status of the reply. */
    int post(UUID assignment, List<String> tasks) throws Exception {
        return api.post("/assignments", "[\"" + assignment + "\",[" + String.join(",", tasks) + "]]")
                .statusCode();
    }

    /** Sends an assignment as soon as the agent has started. */
    void postWhenReady(UUID assignment, List<String> tasks) {
        await().atMost(TIMEOUT).until(() -> {
            try {
                return post(assignment, tasks) == 200;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** The number of ended tasks, or -1 while the agent does not know it. */
    int complete(UUID assignment) throws InterruptedException {
        try {
            HttpResponse<String> response = api.get("/assignments/" + assignment);
            return response.statusCode() == 200
                    ? stats(response.body()).path("complete").asInt()
                    : -1;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // The agent is not up yet, or was just killed.
            return -1;
        }
    }

    int failed(UUID assignment) throws Exception {
        return stats(api.get("/assignments/" + assignment).body())
                .path("failed")
                .asInt();
    }

    private static JsonNode stats(String body) throws IOException {
        return JSON.readTree(body).path("stats");
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
