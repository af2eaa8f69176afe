package io.rebalancer.agent.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.agent.node.AgentNode;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.testsupport.HttpCalls;
import io.rebalancer.testsupport.Nginx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A legacy manager's view of an agent (manta.md section 3 and 13.1): a real agent over HTTP, with nginx as the source.
 */
@Tag("slow")
@Tag("external")
class LegacyAgentTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final UUID OWNER = UUID.randomUUID();

    @TempDir
    private static Path work;

    private static Path served = Path.of("");
    private static Path root = Path.of("");
    private static Nginx nginx;
    private static AgentNode agent;
    private static Config settings = ConfigFactory.empty();
    private static int port;
    private static int metricsPort;

    /** A file that nginx serves. */
    private record Served(String objectId, String md5) {}

    @BeforeAll
    static void start() throws Exception {
        served = Files.createDirectories(work.resolve("served"));
        root = work.resolve("root");
        nginx = Nginx.serve(served, work.resolve("nginx"));
        port = LoopbackPorts.reserve();
        metricsPort = LoopbackPorts.reserve();
        settings = settings(root, work.resolve("data"), port, 50);
        agent = AgentNode.start(settings).toCompletableFuture().get();
    }

    private static Config settings(Path objects, Path data, int httpPort, int maxAssignments, String... sources)
            throws IOException {
        boolean measured = httpPort == port;
        String known = Stream.concat(Stream.of(source(), "127.0.0.1:1"), Stream.of(sources))
                .map(each -> "{ storage-id = \"" + each + "\", url = \"http://" + each + "\" }")
                .collect(Collectors.joining(","));
        String text = """
                rebalancer.cluster.port = %d
                rebalancer.metrics { enabled = %s, port = %d, labels { server = "server-7", datacenter = "dc1" } }
                rebalancer.agent {
                  storage-id = "1.stor.d", root = "%s", data-dir = "%s", http.port = %d, max-assignments = %d
                  limits { free-space-floor = 0, fill-ceiling-percent = 100 }
                  sources = [%s]
                }
                pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                """.formatted(
                        LoopbackPorts.reserve(), measured, metricsPort, objects, data, httpPort, maxAssignments, known);
        return SettingsFile.over(ConfigFactory.parseString(text));
    }

    @AfterAll
    static void stop() throws Exception {
        end(agent);
        nginx.close();
    }

    private static void end(AgentNode node) throws Exception {
        node.system().terminate();
        node.whenStopped().toCompletableFuture().get();
    }

    private static Served serve() throws Exception {
        String id = UUID.randomUUID().toString();
        byte[] bytes = new byte[20_000];
        new Random(id.hashCode()).nextBytes(bytes);
        Files.write(Files.createDirectories(served.resolve(OWNER.toString())).resolve(id), bytes);
        return new Served(id, md5(bytes));
    }

    private static String md5(byte[] bytes) throws Exception {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
    }

    private static String source() {
        return nginx.url().substring("http://".length());
    }

    private static String task(String objectId, String owner, String md5) {
        return "{\"object_id\":\"" + objectId + "\",\"owner\":\"" + owner + "\",\"md5sum\":\"" + md5
                + "\",\"source\":{\"datacenter\":\"dc2\",\"manta_storage_id\":\"" + source()
                + "\"},\"status\":\"Pending\"}";
    }

    private static String task(Served object) {
        return task(object.objectId(), OWNER.toString(), object.md5());
    }

    private static String payload(String id, List<String> tasks) {
        return "{\"id\":\"" + id + "\",\"tasks\":[" + String.join(",", tasks) + "]}";
    }

    private static HttpResponse<String> send(String method, String path, String body) throws Exception {
        return send(port, method, path, body);
    }

    private static HttpResponse<String> send(int to, String method, String path, String body) throws Exception {
        return HttpCalls.toPort(to).send(method, path, body);
    }

    private static JsonNode stats(String id) throws Exception {
        return JSON.readTree(send("GET", "/assignments/" + id, "").body()).path("stats");
    }

    private static JsonNode awaitComplete(String id) throws Exception {
        await().until(() -> stats(id).path("state").isObject());
        return stats(id);
    }

    private static String post(List<String> tasks) throws Exception {
        String id = UUID.randomUUID().toString();
        HttpResponse<String> answer = send("POST", "/assignments", payload(id, tasks));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("\"" + id + "\"");
        return id;
    }

    @Test
    void allGoodCopiesCompleteWithNull() throws Exception {
        List<Served> objects = List.of(serve(), serve(), serve());
        String id = post(objects.stream().map(LegacyAgentTest::task).toList());
        JsonNode stats = awaitComplete(id);
        assertThat(stats.toString())
                .isEqualTo("{\"state\":{\"Complete\":null},\"failed\":0,\"complete\":3,\"total\":3}");
        for (Served object : objects) {
            byte[] copied = Files.readAllBytes(root.resolve(OWNER.toString()).resolve(object.objectId()));
            assertThat(md5(copied)).isEqualTo(object.md5());
        }
    }

    @Test
    void anExistingObjectIsNotFetchedAgain() throws Exception {
        Served object = serve();
        awaitComplete(post(List.of(task(object))));
        JsonNode again = awaitComplete(post(List.of(task(object))));
        assertThat(again.path("state").path("Complete").isNull()).isTrue();
        assertThat(nginx.fetches("/" + OWNER + "/" + object.objectId())).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "../../etc/passwd", "00000000-0000-4000-8000-000000000000"})
    void aMissingObjectFailsWith404(String objectId) throws Exception {
        Served good = serve();
        String bad = task(objectId, OWNER.toString(), good.md5());
        JsonNode stats = awaitComplete(post(List.of(bad, task(good))));
        assertThat(stats.path("failed").asInt()).isEqualTo(1);
        assertThat(stats.path("complete").asInt()).isEqualTo(2);
        JsonNode failed = stats.path("state").path("Complete");
        assertThat(failed).hasSize(1);
        assertThat(failed.get(0).path("object_id").asText()).isEqualTo(objectId);
        assertThat(failed.get(0).path("status").toString()).isEqualTo("{\"Failed\":{\"HTTPStatusCode\":404}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "XUFAKrxLKna5cZ2REBfFkg=="})
    void aWrongDigestFailsWithMd5Mismatch(String md5) throws Exception {
        Served object = serve();
        String bad = task(object.objectId(), OWNER.toString(), md5);
        JsonNode failed = awaitComplete(post(List.of(bad))).path("state").path("Complete");
        assertThat(JSON.readTree(bad).path("source")).isEqualTo(failed.get(0).path("source"));
        assertThat(failed.get(0).path("status").toString()).isEqualTo("{\"Failed\":\"MD5Mismatch\"}");
        assertThat(failed.get(0).path("md5sum").asText()).isEqualTo(md5);
        assertThat(root.resolve(OWNER.toString()).resolve(object.objectId())).doesNotExist();
    }

    @Test
    void aMissingSourceFailsWithSourceOtherError() throws Exception {
        String dead = task(serve()).replace(source(), "127.0.0.1:1");
        JsonNode failed = awaitComplete(post(List.of(dead))).path("state").path("Complete");
        assertThat(failed.get(0).path("status").toString()).isEqualTo("{\"Failed\":\"SourceOtherError\"}");
    }

    @Test
    void everyStructureMayBeAList() throws Exception {
        Served object = serve();
        String id = UUID.randomUUID().toString();
        String lists = "[\"" + id + "\",[[\"" + object.objectId() + "\",\"" + OWNER + "\",\"" + object.md5()
                + "\",[\"dc2\",\"" + source() + "\"],\"Pending\"]]]";
        assertThat(send("POST", "/assignments", lists).statusCode()).isEqualTo(200);
        assertThat(awaitComplete(id).path("failed").asInt()).isZero();
        String mixed = UUID.randomUUID().toString();
        assertThat(send("POST", "/assignments", "[\"" + mixed + "\",[" + task(serve()) + "]]")
                        .statusCode())
                .isEqualTo(200);
        assertThat(awaitComplete(mixed).path("failed").asInt()).isZero();
    }

    @Test
    void aTaskWithABucketUsesTheV2Layout() throws Exception {
        String objectId = UUID.randomUUID().toString();
        String bucket = UUID.randomUUID().toString();
        String hash = "d41d8cd98f00b204e9800998ecf8427e";
        Path relative = Path.of("v2", OWNER.toString(), bucket, objectId.substring(0, 2), objectId + "," + hash);
        byte[] bytes = {1, 2, 3};
        Path file = served.resolve(relative);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        String task = task(objectId, OWNER.toString(), md5(bytes))
                .replace(
                        "\"status\"",
                        "\"bucket_id\":\"" + bucket + "\",\"object_name_hash\":\"" + hash + "\",\"status\"");
        assertThat(awaitComplete(post(List.of(task))).path("failed").asInt()).isZero();
        assertThat(root.resolve(relative)).hasBinaryContent(bytes);
    }

    @Test
    void anAssignmentWithoutTasksIsCompleteAtOnce() throws Exception {
        assertThat(stats(post(List.of())).toString())
                .isEqualTo("{\"state\":{\"Complete\":null},\"failed\":0,\"complete\":0,\"total\":0}");
    }

    @Test
    void aRepeatedIdIsAConflictAndADeletedIdIsUnknown() throws Exception {
        String id = post(List.of(task(serve())));
        assertThat(send("POST", "/assignments", payload(id, List.of())).statusCode())
                .isEqualTo(409);
        awaitComplete(id);
        assertThat(send("POST", "/assignments", payload(id, List.of())).statusCode())
                .isEqualTo(409);
        assertThat(send("DELETE", "/assignments/" + id, "").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/assignments/" + id, "").statusCode()).isEqualTo(404);
        assertThat(send("DELETE", "/assignments/" + id, "").statusCode()).isEqualTo(404);
    }

    @Test
    void aBusyAgentRefusesAssignmentsAndKeepsTheOneItHas(@TempDir Path other) throws Exception {
        int busyPort = LoopbackPorts.reserve();
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            AgentNode busy = AgentNode.start(settings(
                            other.resolve("root"),
                            other.resolve("data"),
                            busyPort,
                            1,
                            "127.0.0.1:" + silent.getLocalPort()))
                    .toCompletableFuture()
                    .get();
            String id = UUID.randomUUID().toString();
            String stuck = task(serve()).replace(source(), "127.0.0.1:" + silent.getLocalPort());
            assertThat(send(busyPort, "POST", "/assignments", payload(id, List.of(stuck)))
                            .statusCode())
                    .isEqualTo(200);
            HttpResponse<String> refused = send(
                    busyPort, "POST", "/assignments", payload(UUID.randomUUID().toString(), List.of()));
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).isEmpty();
            HttpResponse<String> kept = send(busyPort, "DELETE", "/assignments/" + id, "");
            assertThat(kept.statusCode()).isEqualTo(403);
            assertThat(kept.body()).isEqualTo("Attempt to remove scheduled assignment: " + id + ".");
            end(busy);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"id\":\"not-a-uuid\",\"tasks\":[]}",
                "{\"id\":\"../../../tmp/x\",\"tasks\":[]}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\"}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":[{\"object_id\":\"x\"}]}"
            })
    void anInvalidBodyIsRejectedWithAnEmptyResponse(String body) throws Exception {
        HttpResponse<String> answer = send("POST", "/assignments", body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void anObjectNamedTwiceIsRejected() throws Exception {
        Served object = serve();
        assertThat(send(
                                "POST",
                                "/assignments",
                                payload(UUID.randomUUID().toString(), List.of(task(object), task(object))))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void idsAreAcceptedInEverySpelling() throws Exception {
        String id = post(List.of());
        String simple = id.replace("-", "");
        for (String spelling : List.of(id.toUpperCase(Locale.ROOT), simple, "urn:uuid:" + id)) {
            assertThat(stats(spelling).path("total").asInt(-1)).isZero();
        }
        assertThat(send("GET", "/assignments/xyz", "").statusCode()).isEqualTo(400);
        assertThat(send("GET", "/assignments/xyz", "").body()).startsWith("Mal-formed get request: ");
        assertThat(send("DELETE", "/assignments/xyz", "").body()).startsWith("Mal-formed delete request: ");
        assertThat(send("GET", "/assignments/" + UUID.randomUUID(), "").statusCode())
                .isEqualTo(404);
        assertThat(send("PUT", "/assignments/" + id, "").statusCode()).isEqualTo(405);
    }

    @Test
    void unfinishedAssignmentsSurviveARestart() throws Exception {
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            tasks.add(task(serve()));
        }
        String id = post(tasks);
        assertThat(send("DELETE", "/assignments/" + id, "").statusCode()).isIn(200, 403);
        String second = UUID.randomUUID().toString();
        List<String> more =
                tasks.stream().map(task -> task.replace("\"dc2\"", "\"dc3\"")).collect(Collectors.toList());
        assertThat(send("POST", "/assignments", payload(second, more)).statusCode())
                .isEqualTo(200);
        end(agent);
        agent = AgentNode.start(settings).toCompletableFuture().get();
        JsonNode stats = awaitComplete(second);
        assertThat(stats.path("complete").asInt()).isEqualTo(300);
        assertThat(stats.path("failed").asInt()).isZero();
    }

    /** The series of manta.md section 12 with their names, labels and totals. */
    @Test
    void metricsHaveTheLegacyNamesOnASeparatePort() throws Exception {
        Served good = serve();
        String wrong = task(serve().objectId(), OWNER.toString(), good.md5());
        awaitComplete(post(List.of(task(good), wrong)));
        String labels = "datacenter=\"dc1\",";
        await().untilAsserted(() -> {
            String shown = send(metricsPort, "DELETE", "/anything/at/all", "").body();
            assertThat(shown.lines())
                    .anyMatch(line -> line.startsWith("request_count{") && line.contains("req=\"POST\""))
                    .anyMatch(line -> line.startsWith("request_count{") && line.contains("req=\"total\""))
                    .anyMatch(line -> line.startsWith("object_count{") && line.contains("type=\"total\""))
                    .anyMatch(line -> line.startsWith("error_count{") && line.contains("error=\"md5_mismatch\""))
                    .anyMatch(line -> line.startsWith("bytes_count{") && line.contains(labels))
                    .anyMatch(line -> line.startsWith("assignment_time_bucket{") && line.contains("le=\"0.005\""))
                    .anyMatch(line -> line.startsWith("assignment_time_count{"))
                    .filteredOn(line -> line.startsWith("bytes_count{") && line.contains("server=\"server-7\""))
                    .isNotEmpty()
                    .allMatch(line -> line.contains("service=\"1.stor.d\"") && line.contains("zonename="));
            assertThat(shown)
                    .doesNotContain("bytes_count_total")
                    .contains("rebalancer_copies_total", "rebalancer_log_write_seconds", "rebalancer_log_queued");
        });
    }

    @Test
    void limitsAreSetAtRunTimeAndSurviveARestart() throws Exception {
        JsonNode before = JSON.readTree(send("GET", "/api/v1/agent", "").body());
        assertThat(before.path("storageId").asText()).isEqualTo("1.stor.d");
        assertThat(before.path("durability").asText()).isEqualTo("flushed");
        assertThat(before.path("limits").path("parallelFetches").asInt()).isEqualTo(32);
        assertThat(before.path("availableBytes").asLong()).isPositive();
        HttpResponse<String> changed =
                send("PUT", "/api/v1/agent/limits", "{\"bytesPerSecond\":5000000,\"parallelFetches\":3}");
        assertThat(changed.statusCode()).isEqualTo(200);
        JsonNode limits = JSON.readTree(changed.body());
        assertThat(limits.path("bytesPerSecond").asLong()).isEqualTo(5_000_000);
        assertThat(limits.path("fetchesOfSource").asInt()).isEqualTo(16);
        end(agent);
        agent = AgentNode.start(settings).toCompletableFuture().get();
        await().untilAsserted(() -> assertThat(
                        JSON.readTree(send("GET", "/api/v1/agent/limits", "").body()))
                .isEqualTo(limits));
        awaitComplete(post(List.of(task(serve()))));
        JsonNode status = JSON.readTree(send("GET", "/api/v1/agent", "").body());
        assertThat(status.path("effectiveFetches").asInt()).isEqualTo(3);
        assertThat(status.path("sources").findValuesAsText("storageId")).contains(source());
        assertThat(send("PUT", "/api/v1/agent/limits", "{\"bytesPerSecond\":0,\"parallelFetches\":32}")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "{\"speed\":1}",
                "{\"parallelFetches\":0}",
                "{\"parallelFetches\":257}",
                "{\"parallelFetches\":99999999999}",
                "{\"bytesPerSecond\":-1}",
                "{\"bytesPerSecond\":\"fast\"}",
                "{\"bytesPerSecond\":1.5}",
                "{\"fillCeilingPercent\":101}"
            })
    void invalidLimitsAreRejectedWithOneLine(String body) throws Exception {
        HttpResponse<String> answer = send("PUT", "/api/v1/agent/limits", body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("detail").asText())
                .isNotEmpty()
                .doesNotContain("\n");
    }
}
