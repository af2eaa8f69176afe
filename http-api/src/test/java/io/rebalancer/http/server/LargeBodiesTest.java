package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.http.ApiServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies over 64 KiB share a few slots; every other body is read at once. */
class LargeBodiesTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String LARGE = "x".repeat(100_000);

    private final List<RawConnection> connections = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        ApiServer.serve("agent", routes());
    }

    @AfterEach
    void stop() throws IOException {
        for (RawConnection each : connections) {
            each.close();
        }
        ApiServer.stop();
    }

    private static Route routes() {
        return Directives.concat(
                Directives.path(
                        "length",
                        () -> RequestBody.assignment(body -> Directives.complete(String.valueOf(body.length())))),
                Directives.path(
                        "throws",
                        () -> RequestBody.assignment(body -> {
                            throw new IllegalStateException("a bug in a route");
                        })));
    }

    private static HttpResponse<String> send(String path, String body) throws Exception {
        return ApiServer.post(path, body);
    }

    private static boolean isFull() throws Exception {
        return send("/length", LARGE).statusCode() == 503;
    }

    /** Begins a large body and does not end it. */
    private RawConnection begin(String lengthHeader) throws IOException {
        RawConnection connection = RawConnection.to(ApiServer.port);
        connections.add(connection);
        connection.send(
                "POST /length HTTP/1.1\r\nHost: 127.0.0.1:" + ApiServer.port + "\r\n" + lengthHeader + "\r\n\r\n");
        return connection;
    }

    private void fill(String lengthHeader) throws IOException {
        for (int number = 0; number < LargeBodies.MAX_AT_A_TIME; number++) {
            begin(lengthHeader);
        }
        await().atMost(TIMEOUT).until(LargeBodiesTest::isFull);
    }

    @Test
    void aFifthLargeBodyIsRefusedUntilOneHasEnded() throws Exception {
        fill("Content-Length: " + LARGE.length());
        HttpResponse<String> refused = send("/length", LARGE);
        assertThat(refused.body()).contains("TOO_MANY_LARGE_BODIES");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(send("/length", "small").body()).isEqualTo("5");
        RawConnection first = connections.get(0);
        first.send(LARGE);
        assertThat(first.readTo("\r\n\r\n" + LARGE.length())).contains("200 OK");
        await().atMost(TIMEOUT).until(() -> send("/length", LARGE).statusCode() == 200);
    }

    @Test
    void aBodyOfUnknownLengthCountsAsLarge() throws Exception {
        fill("Transfer-Encoding: chunked");
    }

    @Test
    void aClientThatGoesAwayGivesItsSlotBack() throws Exception {
        fill("Content-Length: " + LARGE.length());
        for (RawConnection each : connections) {
            each.close();
        }
        await().atMost(TIMEOUT).until(() -> !isFull());
    }

    @Test
    void aRouteThatThrowsGivesItsSlotBack() throws Exception {
        for (int number = 0; number <= LargeBodies.MAX_AT_A_TIME; number++) {
            assertThat(send("/throws", LARGE).statusCode()).isEqualTo(500);
        }
        assertThat(send("/length", LARGE).body()).isEqualTo(String.valueOf(LARGE.length()));
    }
}
