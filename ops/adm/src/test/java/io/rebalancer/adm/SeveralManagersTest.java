package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands with the addresses of several managers, some of which can't be reached. */
class SeveralManagersTest {
    private static final String CLOSED = "http://127.0.0.1:1";
    private static final String JOB = "11111111-1111-4111-8111-111111111111";

    private final ServedCommand command = ServedCommand.start(
            request -> new ServedCommand.Response(200, "{\"state\":\"RUNNING\",\"status\":\"ready\"}"));

    SeveralManagersTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    /** A manager that ends every connection once it has read something. */
    private static final class Breaking implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final AtomicInteger connections = new AtomicInteger();
        private final Thread thread = new Thread(this::serve, "breaking-manager");

        Breaking() throws IOException {
            thread.setDaemon(true);
            thread.start();
        }

        private void serve() {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    connections.incrementAndGet();
                    assertThat(socket.getInputStream().read()).isPositive();
                } catch (IOException e) {
                    if (!server.isClosed()) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @Test
    void theNextManagerIsTriedIfOneCanNotBeReached() {
        assertThat(command.runWithoutUrl("job", "waiting", JOB, "--url", CLOSED + "," + command.url()))
                .isZero();
        assertThat(command.runWithoutUrl("job", "resume", JOB, "--url", CLOSED, "--url", command.url()))
                .isZero();
        assertThat(command.requests())
                .containsExactly("GET /api/v1/jobs/" + JOB, "POST /api/v1/jobs/" + JOB + "/resume");
        assertThat(command.err()).isEmpty();
    }

    @Test
    void theMessageNamesEveryAddressThatWasTried() {
        assertThat(command.runWithoutUrl("job", "list", "--url", CLOSED + ",http://127.0.0.1:2"))
                .isEqualTo(1);
        assertThat(command.err())
                .contains(CLOSED + " (", "http://127.0.0.1:2 (", "--url")
                .hasLineCount(1);
    }

    @Test
    void anOrderThatMayHaveArrivedIsSentOnce() throws IOException {
        try (Breaking breaking = new Breaking()) {
            String both = breaking.url() + "," + command.url();
            for (String[] order :
                    new String[][] {{"job", "resume", JOB}, {"settings", "set", "weight=1"}, {"plan", "delete", JOB}}) {
                int before = breaking.connections.get();
                assertThat(command.runWithoutUrl(order[0], order[1], order[2], "--url", both))
                        .isEqualTo(1);
                assertThat(command.err()).contains(breaking.url(), "may have carried the order out");
                assertThat(breaking.connections).hasValue(before + 1);
            }
            assertThat(command.requests()).isEmpty();
            assertThat(command.runWithoutUrl("job", "waiting", JOB, "--url", both))
                    .as("a question is asked elsewhere")
                    .isZero();
        }
    }

    @Test
    void theHealthOfEachManagerIsShown() {
        assertThat(command.runWithoutUrl("cluster", "health", "--url", CLOSED + "," + command.url()))
                .isEqualTo(4);
        assertThat(command.out())
                .containsPattern(CLOSED + " +unreachable\n +\\S+")
                .containsPattern(command.url() + " +ready");
        assertThat(command.run("cluster", "health")).isZero();
    }

    @Test
    void aRefusedTokenHasItsOwnExitCode() throws IOException {
        for (int status : new int[] {401, 403}) {
            try (ServedCommand closed = ServedCommand.start(request -> new ServedCommand.Response(
                    status, "{\"code\":\"ROLE_MISSING\",\"detail\":\"this needs an admin\"}"))) {
                assertThat(closed.run("job", "resume", JOB)).isEqualTo(5);
                assertThat(closed.run("job", "create", "1.stor")).isEqualTo(5);
                assertThat(closed.run("settings", "set", "weight=1")).isEqualTo(5);
                assertThat(closed.run("job", "exceptions", JOB, "-o", "target/none"))
                        .isEqualTo(5);
                assertThat(closed.err()).contains(status == 401 ? "--token-file" : "this needs an admin");
            }
        }
    }
}
