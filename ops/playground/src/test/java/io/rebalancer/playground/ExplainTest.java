package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.certificate.CertificateVerifier;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.core.explain.BlockingRule;
import io.rebalancer.core.text.StableWord;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.FastCaller;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.ShardAddress;
import io.rebalancer.playground.region.RegionSurvey.StoredRecord;
import io.rebalancer.playground.region.SimulatedNode;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Objects that cannot move for eight different reasons: each is explained with its reason and its next step. After the causes are
 * gone a retry ends DONE, the certificate verifies, and a record that is added afterwards makes its check refuse.
 */
@Tag("slow")
class ExplainTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Duration READ_SIDE_TIMEOUT = Duration.ofSeconds(60);
    private static final String LEAVING = RegionPlan.storageId(1);
    private static final int EACH = 15;
    private static final long MORE_THAN_ANY_DISK = 1L << 60;
    private static final TextNode OBJECTS = TextNode.valueOf("manta");

    /** What the test does to a record, or to its files, so that its object can't move. */
    private final Map<Reason, Sabotage> causes = new LinkedHashMap<>();

    private final List<Repair> repairs = new ArrayList<>();
    private final Map<StoredRecord, Reason> stuck = new LinkedHashMap<>();

    @TempDir
    private Path directory;

    private Playground playground;
    private ManagerClient client;
    private HttpCalls manager;

    @FunctionalInterface
    private interface Sabotage {
        void on(StoredRecord record) throws IOException;
    }

    @FunctionalInterface
    private interface Repair {
        void run() throws IOException;
    }

    @BeforeEach
    void start() throws Exception {
        RegionPlan plan = new RegionPlan(8, 700, OptionalLong.of(2048), Optional.empty(), 2, 7);
        Path run = WorkDirectory.prepare(directory.resolve("run"));
        playground = Playground.open(
                new PlaygroundOptions(
                        plan, run, Optional.of(LEAVING), ClusterPlan.singleManager(false, 0), false, false),
                run,
                Terminal.silent());
        client = new ManagerClient(List.of(URI.create(playground.managerUrl())));
        manager = HttpCalls.to(playground.managerUrl());

        causes.put(
                Reason.UNRECOVERABLE,
                record -> forEachFile(record, (file, content) -> {
                    if (Files.size(file) % 2 == 0) {
                        Files.delete(file);
                    } else {
                        byte[] wrong = content.clone();
                        wrong[0] ^= 1;
                        Files.write(file, wrong);
                    }
                }));
        causes.put(Reason.MD5_MISMATCH, this::spoilOneCopyAndHideTheOther);
        causes.put(Reason.AGENT_FS_ERROR, this::blockFiles);
        causes.put(Reason.BAD_MANTA_OBJECT, record -> change(record, value -> value.put("contentMD5", "no digest")));
        causes.put(
                Reason.DESTINATION_INSUFFICIENT_SPACE,
                record -> change(record, value -> value.put("contentLength", MORE_THAN_ANY_DISK)));
        causes.put(
                Reason.OBJECT_ALREADY_IN_DATACENTER,
                record -> change(record, value -> name((ArrayNode) value.withArray("sharks"), 4, 7, 2, 3)));
        causes.put(
                Reason.OBJECT_ALREADY_ON_DEST_SHARK,
                record -> change(record, value -> name((ArrayNode) value.withArray("sharks"), 2, 3, 4, 5, 6, 7, 8)));
        causes.put(
                Reason.METADATA_UPDATE_FAILED,
                record -> change(record, value -> name((ArrayNode) value.withArray("sharks"), 1)));
    }

    @AfterEach
    void stop() {
        playground.close();
    }

    // ---- causes

    @FunctionalInterface
    private interface FileChange {
        void apply(Path file, byte[] content) throws IOException;
    }

    private static Path file(Path root, StoredRecord record) {
        return root.resolve(record.value().path("owner").asText())
                .resolve(record.value().path("objectId").asText());
    }

    private void forEachFile(StoredRecord record, FileChange change) throws IOException {
        for (String node : record.storageIds()) {
            Path file = file(Objects.requireNonNull(playground.region().roots().get(node)), record);
            byte[] content = Files.readAllBytes(file);
            repairs.add(() -> Files.write(file, content));
            change.apply(file, content);
        }
    }

    /** The copy on the leaving node is wrong, and the record names a storage node for the other that does not answer. */
    private void spoilOneCopyAndHideTheOther(StoredRecord record) throws IOException {
        Path file = file(Objects.requireNonNull(playground.region().roots().get(LEAVING)), record);
        byte[] content = Files.readAllBytes(file);
        byte[] wrong = content.clone();
        wrong[0] ^= 1;
        Files.write(file, wrong);
        repairs.add(() -> Files.write(file, content));
        change(
                record,
                value -> value.withArray("sharks").forEach(shark -> {
                    if (!shark.path("manta_storage_id").asText().equals(LEAVING)) {
                        ((ObjectNode) shark).put("manta_storage_id", RegionPlan.storageId(99));
                    }
                }));
    }

    /** A directory that is not empty has the name of the object's file on every node that has no copy. */
    private void blockFiles(StoredRecord record) throws IOException {
        for (SimulatedNode node : playground.region().nodes()) {
            if (!record.names(node.storageId())) {
                Path inTheWay = file(node.root(), record).resolve("in-the-way");
                Files.createDirectories(inTheWay);
                repairs.add(() -> {
                    Files.delete(inTheWay);
                    Files.delete(inTheWay.getParent());
                });
            }
        }
    }

    @FunctionalInterface
    private interface RecordChange {
        void apply(ObjectNode value);
    }

    private void change(StoredRecord record, RecordChange change) throws IOException {
        ObjectNode value = record.value().deepCopy();
        change.apply(value);
        put(record, value);
        repairs.add(() -> put(record, record.value()));
    }

    private void put(StoredRecord record, JsonNode value) throws IOException {
        ShardAddress shard = playground.region().shards().get(record.shard() - 1);
        try (FastCaller caller = new FastCaller(shard.host(), shard.port(), FastVersion.V2)) {
            caller.call(
                    "putObject", OBJECTS, TextNode.valueOf(record.key()), value, JsonNodeFactory.instance.objectNode());
        }
    }

    private static void name(ArrayNode sharks, int... numbers) {
        for (int number : numbers) {
            String id = RegionPlan.storageId(number);
            boolean listed = sharks.findValuesAsText("manta_storage_id").contains(id);
            if (!listed || number == 1) {
                sharks.addObject()
                        .put("datacenter", "dc" + ((number - 1) % 3 + 1))
                        .put("manta_storage_id", id);
            }
        }
    }

    // ---- the API

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> response = manager.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return ExactJson.MAPPER.readTree(response.body());
    }

    private String awaitEnd(String job) {
        return await().atMost(TIMEOUT)
                .until(
                        () -> client.job(job)
                                .map(each -> each.path("state").asText())
                                .orElse(""),
                        ExplainTest::isEnd);
    }

    private static boolean isEnd(String state) {
        return List.of("DONE", "DONE_WITH_EXCEPTIONS", "FAILED").contains(state);
    }

    private JsonNode why(String job, StoredRecord record) throws Exception {
        JsonNode why = get("/api/v1/jobs/" + job + "/why?key="
                + URLEncoder.encode(record.key(), StandardCharsets.UTF_8).replace("+", "%20"));
        assertThat(why.path("records")).as(why.toString()).hasSize(1);
        return why.path("records").path(0);
    }

    private void assertExplained(String job) throws Exception {
        Map<Reason, String> nextSteps = new LinkedHashMap<>();
        for (Map.Entry<StoredRecord, Reason> each : stuck.entrySet()) {
            JsonNode record = why(job, each.getKey());
            BlockingRule rule = BlockingRule.of(each.getValue());
            assertThat(record.path("attempts").path(0).path("reason").asText())
                    .as(record.toString())
                    .isEqualTo(StableWord.of(each.getValue()));
            assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("exception");
            assertThat(record.path("rule").asText()).isEqualTo(rule.rule());
            assertThat(record.path("next").asText()).isEqualTo("Nothing: the job has ended as DONE_WITH_EXCEPTIONS.");
            assertThat(record.path("unblock").asText())
                    .startsWith(rule.unblock())
                    .endsWith("rebalancer-adm job retry " + job);
            nextSteps.put(each.getValue(), record.path("unblock").asText());
        }
        assertThat(nextSteps.values()).hasSize(8).doesNotHaveDuplicates();
    }

    @Test
    void everyObjectThatCannotMoveIsExplainedAndARetryMovesItWhenItsCauseIsGone() throws Exception {
        List<StoredRecord> onNode = RegionSurvey.read(playground.region().shards()).stream()
                .filter(record -> record.names(LEAVING)
                        && !record.value().has("createdFrom")
                        && !record.key().contains("/links/"))
                .toList();
        List<Reason> reasons = List.copyOf(causes.keySet());
        assertThat(onNode).hasSizeGreaterThan(EACH * reasons.size());
        for (int i = 0; i < EACH * reasons.size(); i++) {
            Reason reason = reasons.get(i % reasons.size());
            Objects.requireNonNull(causes.get(reason)).on(onNode.get(i));
            stuck.put(onNode.get(i), reason);
        }
        StoredRecord movable = onNode.get(stuck.size());

        String job = client.evacuate(LEAVING);
        assertThat(awaitEnd(job)).isEqualTo("DONE_WITH_EXCEPTIONS");
        assertThat(stuck).hasSize(120);
        await().atMost(READ_SIDE_TIMEOUT).untilAsserted(() -> assertExplained(job));
        assertThat(why(job, movable).path("status").asText()).isEqualTo("not_on_node");
        JsonNode blockers = get("/api/v1/jobs/" + job + "/blockers");
        assertThat(blockers.path("bottleneck").asText()).isEqualTo("none");
        assertThat(blockers.path("blockers").findValuesAsText("cause"))
                .containsExactlyInAnyOrderElementsOf(
                        reasons.stream().map(StableWord::of).toList());

        for (Repair repair : repairs) {
            repair.run();
        }
        HttpResponse<String> retried = manager.post("/api/v1/jobs/" + job + "/retry", "");
        assertThat(retried.statusCode()).as(retried.body()).isEqualTo(201);
        String retry = ExactJson.MAPPER.readTree(retried.body()).path("id").asText();
        assertThat(awaitEnd(retry)).isEqualTo("DONE");
        JsonNode moved = why(retry, onNode.get(0));
        assertThat(moved.path("status").asText()).isEqualTo("not_on_node");

        assertCertifiedUntilARecordIsAdded(movable);
    }

    private void assertCertifiedUntilARecordIsAdded(StoredRecord like) throws Exception {
        String path = "/api/v1/storage-nodes/" + LEAVING + "/certificate";
        String certificate = await().atMost(TIMEOUT)
                .until(() -> manager.get(path), each -> each.statusCode() == 200)
                .body();
        JsonNode keys = get("/api/v1/certificate-keys");
        List<VerificationKey> trusted = VerificationKey.parseAll(
                keys.path("keys").path(0).path("publicKey").asText());
        assertThat(CertificateVerifier.verify(certificate.getBytes(StandardCharsets.UTF_8), trusted)
                        .node()
                        .text())
                .isEqualTo(LEAVING);
        assertThat(check(path).path("verdict").asText()).isEqualTo("pass");

        StoredRecord added = new StoredRecord(like.shard(), like.key() + "-added", like.value());
        ObjectNode value = like.value().deepCopy();
        value.put("key", added.key()).put("objectId", UUID.randomUUID().toString());
        put(added, value);
        JsonNode refused = check(path);
        assertThat(refused.path("verdict").asText()).as(refused.toString()).isEqualTo("refused");
        assertThat(refused.path("detail").asText()).contains("shard " + added.shard(), added.key());
    }

    private JsonNode check(String certificate) {
        return await().atMost(TIMEOUT)
                .until(
                        () -> get(certificate + "/check"),
                        each -> !each.path("verdict").asText().equals("running"));
    }
}
