package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands that the legacy tool does not have, against a server with answers of API v1. */
class V1CommandsTest {
    private static final String JOB = "11111111-1111-4111-8111-111111111111";

    private final Map<String, String> answers = new HashMap<>();
    private final List<String> requests = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final HttpServer server;

    V1CommandsTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            String path = exchange.getRequestURI().getPath();
            byte[] body = answers.getOrDefault(path, "{\"detail\":\"a job empties it\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answers.containsKey(path) ? 200 : 409, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int run(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--url";
        all[arguments.length + 1] = "http://127.0.0.1:" + server.getAddress().getPort();
        return AdmCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
    }

    @Test
    void nodesOutOfServiceAreListedWithTheirJob() {
        answers.put("/api/v1/storage-nodes", """
                {"outOfService":[{"storageNode":"1.stor.d","state":"DRAINED","job":"%s",
                 "since":"2026-11-26T10:00:00Z"}]}
                """.formatted(JOB));
        assertThat(run("node", "list")).isZero();
        assertThat(out.toString().lines().toList().get(1)).contains("1.stor.d", "DRAINED", JOB, "2026-11-26T10:00:00Z");
    }

    @Test
    void aFleetInServiceIsSaidInWords() {
        answers.put("/api/v1/storage-nodes", "{\"outOfService\":[]}");
        assertThat(run("node", "list")).isZero();
        assertThat(out.toString().strip()).isEqualTo("every storage node is in service");
    }

    @Test
    void aNodeIsPutBackInService() {
        answers.put("/api/v1/storage-nodes/1.stor.d/recommission", """
                {"storageNode":"1.stor.d","state":"IN_SERVICE"}""");
        assertThat(run("node", "recommission", "1.stor.d")).isZero();
        assertThat(requests).containsExactly("POST /api/v1/storage-nodes/1.stor.d/recommission");
        assertThat(out.toString().strip()).isEqualTo("1.stor.d is IN_SERVICE");
    }

    @Test
    void aRefusalIsShownWithItsReason() {
        assertThat(run("node", "remove", "2.stor.d")).isEqualTo(1);
        assertThat(err.toString()).contains("409", "a job empties it");
    }

    @Test
    void waitsOfAJobAreShownWithTheirEnd() {
        answers.put("/api/v1/jobs/" + JOB, """
                {"state":"WAITING","waiting":[{"cause":"next_pass","since":"2026-11-26T10:00:00Z",
                 "until":"2026-11-26T10:01:00Z","detail":"pass 2 left 7 records"}]}
                """);
        assertThat(run("job", "waiting", JOB)).isZero();
        assertThat(out.toString().strip())
                .isEqualTo("next_pass since 2026-11-26T10:00:00Z until 2026-11-26T10:01:00Z: pass 2 left 7 records");
    }

    @Test
    void aJobThatWaitsForNothingSaysSo() {
        answers.put("/api/v1/jobs/" + JOB, "{\"state\":\"RUNNING\",\"waiting\":[]}");
        assertThat(run("job", "waiting", JOB)).isZero();
        assertThat(out.toString().strip()).isEqualTo("job " + JOB + " is RUNNING and waits for nothing");
    }
}
