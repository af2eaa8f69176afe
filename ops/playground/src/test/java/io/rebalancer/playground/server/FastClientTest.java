package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.fast.FastEndpoints;
import io.rebalancer.manager.fast.FastEndpoints.Endpoint;
import io.rebalancer.manager.fast.FastOptions;
import io.rebalancer.manager.fast.FastUnavailable;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.manager.fast.SrvEndpoints;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.moray.MorayTable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a client opens, keeps, loses and reopens connections, over real sockets. */
@Tag("slow")
class FastClientTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "clients",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(ConfigFactory.defaultReference())
                    .resolve());
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private MorayTable table;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void open() throws Exception {
        table = MorayTable.inMemory(UUID.randomUUID().toString());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        table.close();
    }

    private FastClient client(FastEndpoints endpoints, Duration callTimeout) {
        FastOptions options = new FastOptions(FastVersion.V2, 1 << 20, 3, 512, callTimeout, Duration.ofMillis(200));
        FastClient client = new FastClient(KIT.system(), endpoints, options);
        opened.add(client);
        return client;
    }

    private MorayServer server(int port) throws Exception {
        return MorayServer.start(KIT.system(), table, "127.0.0.1", port)
                .toCompletableFuture()
                .get();
    }

    private static CompletionStage<List<JsonNode>> version(FastClient client) {
        return client.call("version", List.of(ExactJson.MAPPER.createObjectNode()));
    }

    private static boolean wasSent(CompletionStage<?> failed) {
        return failed.toCompletableFuture()
                .handle((answer, failure) -> failure instanceof FastUnavailable lost && lost.wasSent())
                .join();
    }

    private static boolean getsReply(FastClient client) throws InterruptedException {
        try {
            return version(client).toCompletableFuture().get().size() == 1;
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(FastUnavailable.class);
            return false;
        }
    }

    @Test
    void aBusyClientOpensMoreConnectionsUpToItsLimit() throws Exception {
        MorayServer server = server(0);
        FastClient client = client(FastEndpoints.fixed("127.0.0.1", server.port()), TIMEOUT);
        assertThat(client.health().open()).isZero();
        assertThat(getsReply(client)).isTrue();
        assertThat(client.health().open()).isEqualTo(1);
        List<CompletionStage<List<JsonNode>>> calls =
                IntStream.range(0, 1000).mapToObj(i -> version(client)).toList();
        assertThat(client.health().open()).isBetween(2, 3);
        for (CompletionStage<List<JsonNode>> call : calls) {
            assertThat(call.toCompletableFuture().get()).hasSize(1);
        }
        // Not at once: a ping is a call too.
        await().atMost(TIMEOUT).until(() -> client.health().callsInFlight() == 0);
        server.stop().toCompletableFuture().get();
    }

    @Test
    void theClientReconnectsToARestartedServer() throws Exception {
        MorayServer first = server(0);
        int port = first.port();
        FastClient client = client(FastEndpoints.fixed("127.0.0.1", port), TIMEOUT);
        assertThat(getsReply(client)).isTrue();
        first.shutDown().toCompletableFuture().get();
        await().atMost(TIMEOUT).until(() -> !getsReply(client));
        assertThat(client.health().lastFault()).contains("127.0.0.1:" + port);
        // Shortly after a failure, calls fail at once without another connection attempt.
        assertThatThrownBy(() -> {
                    while (true) {
                        version(client).toCompletableFuture().get();
                    }
                })
                .hasCauseInstanceOf(FastUnavailable.class);
        MorayServer second = server(port);
        await().atMost(TIMEOUT).until(() -> getsReply(client));
        assertThat(client.health().open()).isEqualTo(1);
        second.shutDown().toCompletableFuture().get();
    }

    /** A process that was frozen must not send stale writes after another process has taken over. */
    @Test
    void callsThatTimeOutBeforeTheyAreSentAreNeverSent() throws Exception {
        int calls = 40;
        int megabyte = 1 << 20;
        try (ServerSocket busy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            FastOptions options =
                    new FastOptions(FastVersion.V2, megabyte, 1, calls, Duration.ofSeconds(3), Duration.ofMinutes(1));
            FastClient client =
                    new FastClient(KIT.system(), FastEndpoints.fixed("127.0.0.1", busy.getLocalPort()), options);
            opened.add(client);
            JsonNode large = ExactJson.MAPPER.createObjectNode().put("text", "x".repeat(megabyte));
            List<CompletionStage<List<JsonNode>>> answers = IntStream.range(0, calls)
                    .mapToObj(i -> client.call("putObject", List.of(large)))
                    .toList();
            try (Socket connection = busy.accept()) {
                for (CompletionStage<List<JsonNode>> answer : answers) {
                    assertThatThrownBy(() -> answer.toCompletableFuture().get())
                            .hasCauseInstanceOf(FastUnavailable.class)
                            .hasMessageContaining("no answer to putObject");
                }
                assertThat(answers.stream().filter(FastClientTest::wasSent).count())
                        .isBetween(1L, calls - 1L);
                assertThat(client.health().callsInFlight()).isEqualTo(calls);
                // Reading starts now and finds only the bytes that the sockets have buffered.
                CompletableFuture<Long> read = CompletableFuture.supplyAsync(() -> drain(connection));
                await().atMost(TIMEOUT).until(() -> client.health().callsInFlight() < calls);
                client.close();
                assertThat(read.get() / megabyte).isBetween(1L, calls - 1L);
            }
        }
    }

    /** A lookup or a connect may outlast the caller's right to make the call. */
    @Test
    void aCallThatMayNoLongerBeMadeWhenTheConnectionIsReadyIsNotSent() throws Exception {
        MorayServer server = server(0);
        CompletableFuture<Endpoint> lookup = new CompletableFuture<>();
        AtomicBoolean permitted = new AtomicBoolean(true);
        FastClient client = client(avoid -> lookup, TIMEOUT);
        List<JsonNode> put = List.of(
                TextNode.valueOf("manta"),
                TextNode.valueOf("/o/stor/late"),
                ExactJson.MAPPER.createObjectNode(),
                ExactJson.MAPPER.createObjectNode());
        CompletionStage<List<JsonNode>> write = client.call("putObject", put, permitted::get);
        permitted.set(false);
        lookup.complete(new Endpoint("127.0.0.1", server.port()));
        assertThatThrownBy(() -> write.toCompletableFuture().get())
                .hasMessageContaining("not sent")
                .cause()
                .isInstanceOfSatisfying(
                        FastUnavailable.class,
                        failure -> assertThat(failure.wasSent()).isFalse());
        assertThat(getsReply(client)).isTrue();
        assertThat(table.get("manta", "/o/stor/late")).isEmpty();
        await().atMost(TIMEOUT).until(() -> client.health().callsInFlight() == 0);
        server.shutDown().toCompletableFuture().get();
    }

    private static long drain(Socket connection) {
        try {
            return connection.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The hanging server accepts connections and bytes, but never replies. */
    @Test
    void theClientLeavesAHangingServerAfterAPing() throws Exception {
        MorayServer healthy = server(0);
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            List<Socket> accepted = new ArrayList<>();
            Thread acceptor = new Thread(() -> accept(silent, accepted), "silent server");
            acceptor.start();
            List<Endpoint> offered = new ArrayList<>();
            FastEndpoints both = avoid -> {
                int port = avoid.isEmpty() ? silent.getLocalPort() : healthy.port();
                offered.add(new Endpoint("127.0.0.1", port));
                return CompletableFuture.completedFuture(offered.get(offered.size() - 1));
            };
            FastClient client = client(both, Duration.ofSeconds(1));
            assertThat(getsReply(client)).isFalse();
            await().atMost(TIMEOUT).until(() -> getsReply(client));
            assertThat(offered).hasSizeGreaterThan(1);
            assertThat(client.health().lastFault()).contains(String.valueOf(silent.getLocalPort()));
        }
        healthy.shutDown().toCompletableFuture().get();
    }

    private static void accept(ServerSocket server, List<Socket> accepted) {
        try {
            while (true) {
                accepted.add(server.accept());
            }
        } catch (IOException e) {
            // The test has ended.
        }
    }

    @Tag("external")
    @Test
    void aShardIsFoundThroughSrvRecordsAndADeadProcessIsAvoided() throws Exception {
        MorayServer alive = server(0);
        int dead = LoopbackPorts.reserve();
        try (NameServer names = new NameServer(List.of(
                "_moray._tcp.1.moray.d,localhost," + alive.port() + ",10",
                "_moray._tcp.1.moray.d,localhost," + dead + ",10",
                "_moray._tcp.1.moray.d,localhost,1,20"))) {
            SrvEndpoints endpoints =
                    new SrvEndpoints(SrvEndpoints.session(Optional.of(names.address())), "moray", "1.moray.d");
            for (int i = 0; i < 20; i++) {
                Endpoint picked = endpoints
                        .pick(Optional.of(new Endpoint("localhost", dead)))
                        .toCompletableFuture()
                        .get();
                assertThat(picked).isEqualTo(new Endpoint("localhost", alive.port()));
            }
            FastClient client = client(endpoints, TIMEOUT);
            await().atMost(TIMEOUT).until(() -> getsReply(client));
            SrvEndpoints unknown =
                    new SrvEndpoints(SrvEndpoints.session(Optional.of(names.address())), "moray", "2.moray.d");
            assertThatThrownBy(() -> version(client(unknown, TIMEOUT))
                            .toCompletableFuture()
                            .get())
                    .hasCauseInstanceOf(FastUnavailable.class)
                    .hasMessageContaining("_moray._tcp.2.moray.d")
                    .hasMessageContaining("configure a port for the shard");
        }
        alive.shutDown().toCompletableFuture().get();
    }

    @Test
    void aMissingNameServerFailsTheCallAtOnce() {
        InetSocketAddress unused = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        FastClient client =
                client(new SrvEndpoints(SrvEndpoints.session(Optional.of(unused)), "moray", "1.moray.d"), TIMEOUT);
        assertThatThrownBy(() -> version(client).toCompletableFuture().get())
                .hasCauseInstanceOf(FastUnavailable.class)
                .hasMessageContaining("_moray._tcp.1.moray.d");
    }
}
