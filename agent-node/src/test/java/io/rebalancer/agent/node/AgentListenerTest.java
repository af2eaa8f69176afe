package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the listeners of a running agent let in. */
@Tag("slow")
class AgentListenerTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String UNKNOWN = "/assignments/00000000-0000-0000-0000-000000000001";
    private static final int TIMEOUT_MS = 30_000;

    @TempDir
    private Path directory;

    private static String statusLine(int port, String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MS);
            String request = "GET " + UNKNOWN + " HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + TOKEN
                    + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return response.lines().findFirst().orElse("");
        }
    }

    /** Managers call an agent by its storage id, at whatever port a network maps to the agent's. */
    @Test
    void aTokenIsNeededAndTheStorageIdIsAHost() throws Exception {
        Path tokens = Files.writeString(directory.resolve("tokens"), TOKEN + "\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        int port = LoopbackPorts.reserve();
        int metrics = LoopbackPorts.reserve();
        AgentNode agent = AgentNode.start(SettingsFile.over(ConfigFactory.parseString("""
                        rebalancer.cluster.port = %d
                        rebalancer.metrics.port = %d
                        rebalancer.agent {
                          storage-id = "1.stor.d", root = "%s", data-dir = "%s"
                          http { port = %d, token-file = "%s" }
                        }
                        pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                        """.formatted(
                                LoopbackPorts.reserve(),
                                metrics,
                                Files.createDirectories(directory.resolve("root")),
                                directory.resolve("data"),
                                port,
                                tokens))))
                .toCompletableFuture()
                .get();
        try {
            HttpCalls api = HttpCalls.toPort(port);
            assertThat(api.get(UNKNOWN).statusCode()).isEqualTo(401);
            assertThat(api.get(UNKNOWN, "Authorization", "Bearer " + TOKEN).statusCode())
                    .isEqualTo(404);
            assertThat(api.get("/health/alive").statusCode()).isEqualTo(200);
            assertThat(HttpCalls.toPort(metrics).get("/health/alive").body()).contains("alive");
            assertThat(statusLine(port, "1.stor.d:7878")).contains("404");
            assertThat(statusLine(port, "1.stor.d")).contains("404");
            assertThat(statusLine(port, "2.stor.d:" + port)).contains("421");
        } finally {
            agent.system().terminate();
            agent.whenStopped().toCompletableFuture().get();
        }
    }
}
