package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.manager.fast.FastCallFailed;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.fast.FastEndpoints;
import io.rebalancer.manager.fast.FastOptions;
import io.rebalancer.manager.fast.FastUnavailable;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.moray.MorayTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Our client calls a real node-fast server, and a real node-fast client calls our server. Run by {@code make interop},
 * which installs node-fast. The class name keeps it out of {@code make test}.
 */
class NodeFastInterop {
    private static final Path PEER = Path.of(System.getProperty("interop.directory", "../interop"));
    private static final String UNUSUAL_TEXT = "/o/stor/naïve-日本-😀 \"q\" back\\slash \u0001";

    private static ActorTestKit kit;
    private static Process server;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        kit = ActorTestKit.create(
                "interop",
                ConfigFactory.parseString("pekko.actor.provider = local")
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve());
        server = new ProcessBuilder("node", "server.js")
                .directory(PEER.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = server.inputReader().readLine();
        assertThat(line).as("the node-fast server's port").isNotNull();
        port = Integer.parseInt(String.valueOf(line).strip());
    }

    @AfterAll
    static void stop() {
        server.destroyForcibly();
        kit.shutdownTestKit();
    }

    private static FastClient client(FastVersion version, int maxCalls, Duration timeout) {
        return new FastClient(
                kit.system(),
                FastEndpoints.fixed("127.0.0.1", port),
                new FastOptions(version, 128 << 20, 1, maxCalls, timeout, Duration.ofSeconds(10)));
    }

    private static List<JsonNode> get(CompletionStage<List<JsonNode>> stage) throws Exception {
        return stage.toCompletableFuture().get();
    }

    @ParameterizedTest
    @EnumSource(FastVersion.class)
    void aNodeFastServerUnderstandsOurCallsInBothVersions(FastVersion version) throws Exception {
        try (FastClient client = client(version, 10, Duration.ofSeconds(10))) {
            ObjectNode value =
                    ExactJson.MAPPER.createObjectNode().put("key", UNUSUAL_TEXT).put("n", 1.5);
            assertThat(get(client.call("echo", List.of(TextNode.valueOf(UNUSUAL_TEXT), value))))
                    .extracting(each -> each.path("value").toString())
                    .containsExactly(TextNode.valueOf(UNUSUAL_TEXT).toString(), value.toString());
        }
    }

    @Test
    void aValueInTheLastFrameIsDelivered() throws Exception {
        try (FastClient client = client(FastVersion.V2, 10, Duration.ofSeconds(10))) {
            List<JsonNode> values = get(client.call("count", List.of(IntNode.valueOf(5))));
            assertThat(values).extracting(value -> value.path("n").asInt()).containsExactly(1, 2, 3, 4, 5);
        }
    }

    @Test
    void errorsKeepTheirNamesAndTheConnectionRemainsUsable() throws Exception {
        try (FastClient client = client(FastVersion.V2, 10, Duration.ofSeconds(10))) {
            assertThatThrownBy(() -> get(client.call("fail", List.of(TextNode.valueOf(UNUSUAL_TEXT)))))
                    .hasCauseInstanceOf(FastCallFailed.class)
                    .cause()
                    .satisfies(failure ->
                            assertThat(((FastCallFailed) failure).name()).isEqualTo("EtagConflictError"));
            assertThatThrownBy(() -> get(client.call("nosuch", List.of())))
                    .hasMessageContaining("unsupported RPC method");
            assertThat(get(client.call("echo", List.of(IntNode.valueOf(1))))).hasSize(1);
        }
    }

    @Test
    void aCallWithoutAReplyTimesOutWhileOtherCallsSucceed() throws Exception {
        try (FastClient client = client(FastVersion.V2, 10, Duration.ofMillis(500))) {
            CompletionStage<List<JsonNode>> silent = client.call("silence", List.of());
            assertThat(get(client.call("echo", List.of(IntNode.valueOf(1))))).hasSize(1);
            assertThatThrownBy(() -> get(silent)).hasCauseInstanceOf(FastUnavailable.class);
            assertThat(get(client.call("echo", List.of(IntNode.valueOf(2))))).hasSize(1);
        }
    }

    @Test
    void aThousandConcurrentCallsGetTheirOwnReplies() throws Exception {
        try (FastClient client = client(FastVersion.V2, 1000, Duration.ofSeconds(30))) {
            List<CompletionStage<List<JsonNode>>> calls = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                calls.add(client.call("echo", List.of(IntNode.valueOf(i), TextNode.valueOf(UNUSUAL_TEXT))));
            }
            for (int i = 0; i < 1000; i++) {
                assertThat(get(calls.get(i)))
                        .extracting(each -> each.path("value"))
                        .containsExactly(IntNode.valueOf(i), TextNode.valueOf(UNUSUAL_TEXT));
            }
        }
    }

    @Test
    void aNodeFastClientUnderstandsOurShard() throws Exception {
        try (MorayTable table = MorayTable.inMemory(UUID.randomUUID().toString())) {
            ObjectNode value =
                    ExactJson.MAPPER.createObjectNode().put("type", "object").put("key", UNUSUAL_TEXT);
            String etag = table.put("manta", UNUSUAL_TEXT, value, EtagCondition.any());
            MorayServer shard = MorayServer.start(kit.system(), table, "127.0.0.1", 0)
                    .toCompletableFuture()
                    .get();
            Process client = new ProcessBuilder("node", "client.js", String.valueOf(shard.port()), UNUSUAL_TEXT)
                    .directory(PEER.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            JsonNode seen;
            try (BufferedReader out = client.inputReader()) {
                seen = ExactJson.MAPPER.readTree(String.valueOf(out.readLine()));
            }
            assertThat(client.waitFor()).isZero();
            assertThat(seen.path("version").toString()).isEqualTo("[{\"version\":2}]");
            assertThat(seen.path("ping")).isEmpty();
            assertThat(seen.path("object").path(0).path("_etag").asText()).isEqualTo(etag);
            assertThat(seen.path("object").path(0).path("value")).isEqualTo(value);
            assertThat(seen.path("missing").asText()).isEqualTo("ObjectNotFoundError");
            assertThat(seen.path("bucket").asText()).isEqualTo("BucketNotFoundError");
            assertThat(seen.path("conflict").asText()).isEqualTo("EtagConflictError");
            assertThat(seen.path("unknown").asText()).isEqualTo("FastError");
            assertThat(seen.path("rows").path(0).path("n").asText()).isEqualTo("1");
            assertThat(seen.path("concurrent").asInt()).isEqualTo(1000);
            shard.stop();
        }
    }
}
