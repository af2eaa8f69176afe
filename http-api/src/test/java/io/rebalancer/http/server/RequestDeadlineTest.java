package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.loopback.LoopbackPorts;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients that send bytes of a request head now and then. Pekko's idle timeout, here a minute, does not end them. */
@Tag("slow")
class RequestDeadlineTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration DEADLINE = Duration.ofMillis(500);
    private static final int TICKS = 20;

    private final ActorTestKit kit = ActorTestKit.create(
            "deadline",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(ConfigFactory.defaultReference())
                    .resolve());
    private int port;

    @BeforeEach
    void start() throws Exception {
        port = LoopbackPorts.reserve();
        HttpServer.start(
                        kit.system(),
                        "test",
                        new HttpSettings("127.0.0.1", port),
                        routes(),
                        RequestGuard.of(new HttpSettings("127.0.0.1", port)),
                        new RequestDeadline(DEADLINE, DEADLINE))
                .toCompletableFuture()
                .get();
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    /** A stream that lasts several deadlines, and a response at once. */
    private static Route routes() {
        Source<ByteString, ?> ticks = Source.tick(Duration.ZERO, DEADLINE.dividedBy(4), ByteString.fromString("tick "))
                .take(TICKS)
                .concat(Source.single(ByteString.fromString("end")));
        return Directives.concat(
                Directives.path(
                        "stream",
                        () -> Directives.complete(HttpResponse.create()
                                .withEntity(HttpEntities.createChunked(ContentTypes.TEXT_PLAIN_UTF8, ticks)))),
                Directives.complete("short"));
    }

    private String head(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n";
    }

    /** Sends a header without an end, byte by byte, until the server closes the connection. */
    private static void assertClosedWhileSending(RawConnection connection) {
        await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(100)).until(() -> {
            try {
                connection.send("x");
                return false;
            } catch (SocketException closed) {
                return true;
            }
        });
    }

    @Test
    void aFirstRequestThatNeverEndsIsCutOff() throws IOException {
        try (RawConnection connection = RawConnection.to(port)) {
            connection.send(head("/short") + "X-Slow: ");
            assertClosedWhileSending(connection);
        }
    }

    @Test
    void aConnectionWithoutARequestIsClosed() throws IOException {
        try (RawConnection connection = RawConnection.to(port)) {
            assertThat(connection.readToEnd()).isEmpty();
        }
    }

    @Test
    void aSecondRequestThatNeverEndsIsCutOff() throws IOException {
        try (RawConnection connection = RawConnection.to(port)) {
            connection.send(head("/short") + "\r\n");
            assertThat(connection.readTo("short")).startsWith("HTTP/1.1 200");
            connection.send(head("/short") + "X-Slow: ");
            assertClosedWhileSending(connection);
        }
    }

    @Test
    void aLongResponseIsNotCutOffAndTheNextRequestHasItsOwnTime() throws IOException {
        try (RawConnection connection = RawConnection.to(port)) {
            connection.send(head("/stream") + "\r\n");
            assertThat(connection.readTo("end\r\n0\r\n\r\n").split("tick ", -1)).hasSize(TICKS + 1);
            connection.send(head("/short") + "\r\n");
            assertThat(connection.readTo("short")).startsWith("HTTP/1.1 200");
            assertThat(connection.readToEnd()).isEmpty();
        }
    }
}
