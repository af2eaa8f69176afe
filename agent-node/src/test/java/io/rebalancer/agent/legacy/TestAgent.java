package io.rebalancer.agent.legacy;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.agent.node.AgentNode;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A real agent with a legacy manager's view of its HTTP API. It needs no other process. */
final class TestAgent implements AutoCloseable {
    static final String OWNER = "65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10";
    static final String MD5 = "XUFAKrxLKna5cZ2REBfFkg==";
    /** Contents with the digest {@link #MD5}. */
    static final String CONTENT = "hello";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Config settings;
    private final HttpCalls calls;
    private AgentNode node;

    private TestAgent(Path directory, String more) throws Exception {
        int port = LoopbackPorts.reserve();
        this.directory = directory;
        this.settings = SettingsFile.over(ConfigFactory.parseString("""
                rebalancer.cluster.port = %d
                rebalancer.metrics.enabled = off
                rebalancer.agent {
                  storage-id = "1.stor.d", root = "%s", data-dir = "%s", http.port = %d, durability = os
                  limits { free-space-floor = 0, fill-ceiling-percent = 100 }
                }
                %s
                pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                """.formatted(
                        LoopbackPorts.reserve(), directory.resolve("root"), directory.resolve("data"), port, more)));
        this.calls = HttpCalls.toPort(port);
        this.node = startReady();
    }

    /** Before the stored limits and the stored gate are recovered, an agent refuses assignments. */
    private AgentNode startReady() throws Exception {
        AgentNode started = AgentNode.start(settings).toCompletableFuture().get();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> calls.get("/health/ready").statusCode() == 200);
        return started;
    }

    /** @param more further settings */
    static TestAgent start(Path directory, String more) throws Exception {
        return new TestAgent(directory, more);
    }

    void restart() throws Exception {
        close();
        node = startReady();
    }

    @Override
    public void close() throws Exception {
        node.system().terminate();
        node.whenStopped().toCompletableFuture().get();
    }

    AgentNode node() {
        return node;
    }

    /** Bytes of the embedded log and its snapshots. */
    long dataBytes() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /** Creates a file that a task for this object finds in place. */
    void putObject(UUID objectId) throws IOException {
        Files.writeString(
                Files.createDirectories(directory.resolve("root").resolve(OWNER))
                        .resolve(objectId.toString()),
                CONTENT);
    }

    HttpResponse<String> get(String path) throws Exception {
        return calls.get(path);
    }

    HttpResponse<String> post(UUID id, List<String> tasks) throws Exception {
        return calls.post("/assignments", payload(id, tasks));
    }

    HttpResponse<String> postBody(String body) throws Exception {
        return calls.post("/assignments", body);
    }

    HttpResponse<String> delete(String path) throws Exception {
        return calls.delete(path);
    }

    HttpResponse<String> find(UUID id) throws Exception {
        return get("/assignments/" + id);
    }

    JsonNode stats(UUID id) throws Exception {
        return JSON.readTree(find(id).body()).path("stats");
    }

    static String payload(UUID id, List<String> tasks) {
        return "{\"id\":\"" + id + "\",\"tasks\":[" + String.join(",", tasks) + "]}";
    }

    /** A task in the positional form. With an id that is no UUID it fails at once. */
    static String task(String objectId, String source) {
        return "[\"" + objectId + "\",\"" + OWNER + "\",\"" + MD5 + "\",[\"dc2\",\"" + source + "\"],\"Pending\"]";
    }
}
