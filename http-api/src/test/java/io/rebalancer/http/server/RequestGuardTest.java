package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.AccessTokens;
import io.rebalancer.cluster.settings.AllowedHost;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.contract.ContractCheck;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.Host;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests a listener refuses before any route sees them, over real sockets. */
class RequestGuardTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final LegacySettings LEGACY = new LegacySettings(0, false);

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        ApiServer.stop();
    }

    private static void serve(AllowedHost... allowed) throws Exception {
        ApiServer.serve("manager", ApiServer.managerRoutes(LEGACY), settings -> {
            HttpSettings all = settings;
            for (AllowedHost each : allowed) {
                all = all.alsoAllowing(each);
            }
            return all;
        });
    }

    private static String get(String path, String... headers) throws Exception {
        String[] head = new String[headers.length + 1];
        head[0] = "GET " + path + " HTTP/1.1";
        for (int header = 0; header < headers.length; header++) {
            head[header + 1] = headers[header].replace("PORT", String.valueOf(ApiServer.port));
        }
        String response = RawConnection.exchange(ApiServer.port, head);
        ContractCheck.verify("GET", path, response);
        return response;
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:PORT, 200",
        "127.0.0.9:PORT, 200",
        "localhost:PORT, 200",
        "LOCALHOST:PORT, 200",
        "[::1]:PORT, 200",
        "listed.example.com:PORT, 200",
        "Listed.example.com, 200",
        "proxy.example.com:99, 200",
        "proxy.example.com:PORT, 421",
        "evil.example.com:PORT, 421",
        "localhost.example.com:PORT, 421",
        "127.0.0.1, 421",
        "127.0.0.1:9, 421",
        "10.0.0.1:PORT, 421",
        "[::2]:PORT, 421"
    })
    void aRequestNamesTheListenersHost(String host, int status) throws Exception {
        serve(AllowedHost.atAnyPort("listed.example.com"), new AllowedHost("proxy.example.com", port(99)));
        for (String path : List.of("/jobs", "/api/v1/jobs", "/health/alive")) {
            String response = get(path, "Host: " + host);
            assertThat(response).startsWith("HTTP/1.1 " + status);
            if (status != 200) {
                assertThat(response).contains("application/problem+json", "WRONG_HOST", "allowed-hosts");
            }
        }
    }

    private static OptionalInt port(int port) {
        return OptionalInt.of(port);
    }

    /** Not over a socket: a test listens on the loopback interface only. */
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 8080, true",
        "192.0.2.7, 8080, true",
        "127.0.0.1, 8080, true",
        "localhost, 8080, true",
        "10.0.0.1, 80, false",
        "1.stor.example.com, 7878, true",
        "evil.example.com, 8080, false"
    })
    void aListenerForOtherMachinesAcceptsItsAddresses(String host, int port, boolean accepted) {
        HttpSettings open = new HttpSettings(
                        "0.0.0.0", 8080, true, false, Optional.empty(), Optional.empty(), List.of())
                .alsoAllowing(AllowedHost.atAnyPort("1.stor.example.com"));
        HttpRequest request = HttpRequest.GET("/jobs").addHeader(Host.create(host, port));
        assertThat(new HostCheck(open).refusal(request).isEmpty()).isEqualTo(accepted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example.com",
                "Origin: http://127.0.0.1:9",
                "Origin: https://localhost",
                "Origin: null",
                "Origin: file://",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: Same-Site",
                "Origin: http://127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site"
            })
    void aForeignPageIsRefusedEverywhere(String header) throws Exception {
        serve(AllowedHost.atAnyPort("listed.example.com"));
        for (String path : List.of("/jobs", "/api/v1/jobs", "/api/v1/cluster", "/health/ready", "/none")) {
            assertThat(get(path, "Host: 127.0.0.1:PORT", header))
                    .startsWith("HTTP/1.1 403")
                    .contains("application/problem+json", "FOREIGN_ORIGIN", "allowed-hosts");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://127.0.0.1:PORT",
                "Origin: http://listed.example.com:3000",
                "Origin: https://listed.example.com\r\nSec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-origin",
                "Sec-Fetch-Site: none"
            })
    void anOwnOrListedPageMayCall(String header) throws Exception {
        serve(AllowedHost.atAnyPort("listed.example.com"));
        assertThat(get("/jobs", "Host: 127.0.0.1:PORT", header)).startsWith("HTTP/1.1 200");
    }

    /** What a page can send from a browser without the consent of the server. */
    @Test
    void aForeignPageCreatesNoJob() throws Exception {
        serve();
        HttpResponse<String> response = ApiServer.calls()
                .send(
                        "POST",
                        "/jobs",
                        ApiServer.order("1.stor"),
                        "Origin",
                        "http://evil.example.com",
                        "Content-Type",
                        "text/plain");
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(ApiServer.calls()
                        .send("POST", "/jobs", ApiServer.order("1.stor"), "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void bodiesOfApiV1AreLabelledAsJson() throws Exception {
        serve();
        String body = "{\"leavingNode\":\"1.stor\"}";
        for (String label : List.of("text/plain", "application/x-www-form-urlencoded", "application/problem+json")) {
            HttpResponse<String> response = ApiServer.calls().send("POST", "/api/v1/jobs", body, "Content-Type", label);
            assertThat(response.statusCode()).isEqualTo(415);
            assertThat(response.body()).contains("JSON_REQUIRED", "Content-Type: application/json");
        }
        for (String label : List.of("application/json", "Application/JSON; charset=utf-8")) {
            assertThat(ApiServer.calls()
                            .send("POST", "/api/v1/jobs", body, "Content-Type", label)
                            .statusCode())
                    .isEqualTo(201);
        }
        String unlabelled = RawConnection.exchange(
                ApiServer.port,
                "POST /api/v1/jobs HTTP/1.1",
                "Host: 127.0.0.1:" + ApiServer.port,
                "Content-Length: 2",
                "",
                "{}");
        assertThat(unlabelled).startsWith("HTTP/1.1 415");
        ContractCheck.verify("POST", "/api/v1/jobs", unlabelled);
        assertThat(ApiServer.post("/api/v1/storage-nodes/1.stor.d/recommission", "")
                        .statusCode())
                .isNotEqualTo(415);
    }

    private HttpSettings withTokens(HttpSettings settings, String... tokens) {
        try {
            Path file = Files.write(directory.resolve("tokens"), List.of(tokens));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            Optional<AccessTokens> read =
                    AccessTokens.from(ConfigFactory.parseString("file = \"" + file + "\""), "file");
            return new HttpSettings(settings.host(), settings.port(), false, false, read, Optional.empty(), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void withATokenFileEveryRequestNeedsAToken() throws Exception {
        ApiServer.serve(
                "manager",
                ApiServer.managerRoutes(LEGACY),
                settings -> withTokens(settings, TOKEN + "-new", TOKEN + "-old"));
        for (String path : List.of("/jobs", "/api/v1/jobs", "/none", "/health", "/health/ready/")) {
            HttpResponse<String> response = ApiServer.get(path);
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"rebalancer\"");
            assertThat(response.body()).contains("TOKEN_REQUIRED", "token-file").doesNotContain(TOKEN);
        }
        for (String wrong : List.of("Bearer " + TOKEN, "Basic " + TOKEN + "-new", TOKEN + "-new", "Bearer")) {
            assertThat(ApiServer.get("/jobs", "Authorization", wrong).statusCode())
                    .isEqualTo(401);
        }
        for (String right : List.of("Bearer " + TOKEN + "-new", "bearer " + TOKEN + "-old")) {
            assertThat(ApiServer.get("/jobs", "Authorization", right).statusCode())
                    .isEqualTo(200);
        }
        assertThat(ApiServer.get("/health/alive").statusCode()).isEqualTo(200);
        assertThat(ApiServer.get("/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void theMetricsPortServesHealthToo() throws Exception {
        ApiServer.serve("manager", ApiServer.managerRoutes(LEGACY));
        int port = LoopbackPorts.reserve();
        List<String> waitsFor = new CopyOnWriteArrayList<>(List.of("a shard"));
        MetricsServer.start(
                        ApiServer.system(),
                        "manager",
                        new HttpSettings("127.0.0.1", port),
                        () -> CompletableFuture.completedFuture(List.copyOf(waitsFor)),
                        () -> "a_metric 1.0\n")
                .toCompletableFuture()
                .get();
        HttpCalls metrics = HttpCalls.toPort(port);
        assertThat(metrics.get("/health/alive").body()).contains("alive");
        assertThat(metrics.get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(metrics.get("/health/ready").body()).contains("a shard");
        waitsFor.clear();
        assertThat(metrics.get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(metrics.get("/metrics").body()).contains("a_metric");
        assertThat(metrics.post("/anything", "").body()).contains("a_metric");
        assertThat(metrics.get("/metrics", "Origin", "http://evil.example.com").statusCode())
                .isEqualTo(403);
    }
}
