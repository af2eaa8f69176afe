package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.StoredRecord;
import io.rebalancer.testsupport.HttpCalls;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A region with real files on disk and planted drift: a plan finds exactly that and changes nothing, carrying it out repairs what
 * may be repaired, and a file that was moved comes back byte for byte.
 */
@Tag("slow")
class ReconcileTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final String NODE = RegionPlan.storageId(1);

    @TempDir
    private Path directory;

    private Playground playground;
    private HttpCalls manager;

    @BeforeEach
    void start() throws Exception {
        RegionPlan plan = new RegionPlan(4, 600, OptionalLong.of(512), Optional.empty(), 2, 7);
        Path run = WorkDirectory.prepare(directory.resolve("run"));
        playground = Playground.open(
                new PlaygroundOptions(plan, run, Optional.of(NODE), ClusterPlan.singleManager(false, 0), false, false),
                run,
                Terminal.silent());
        manager = HttpCalls.to(playground.managerUrl());
    }

    @AfterEach
    void stop() {
        playground.close();
    }

    private Path root(String node) {
        return Objects.requireNonNull(playground.region().roots().get(node));
    }

    private Path file(String node, StoredRecord record) {
        return root(node)
                .resolve(record.value().path("owner").asText())
                .resolve(record.value().path("objectId").asText());
    }

    private JsonNode json(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return ExactJson.MAPPER.readTree(response.body());
    }

    /** Orders a run and waits for its end. */
    private JsonNode run(String body) throws Exception {
        return begin("/api/v1/reconciliation/runs", body);
    }

    private JsonNode begin(String path, String body) throws Exception {
        String id = json(manager.post(path, body)).path("id").asText();
        await().atMost(TIMEOUT)
                .until(() -> List.of("FINISHED", "ABORTED")
                        .contains(get(id).path("phase").asText()));
        return get(id);
    }

    private JsonNode get(String id) throws Exception {
        return json(manager.get("/api/v1/reconciliation/runs/" + id));
    }

    private TreeSet<String> findings(JsonNode run) throws Exception {
        TreeSet<String> found = new TreeSet<>();
        JsonNode page =
                json(manager.get("/api/v1/reconciliation/runs/" + run.path("id").asText() + "/findings?limit=1000"));
        page.path("findings")
                .forEach(each -> found.add(each.path("storageNode").asText() + " "
                        + each.path("kind").asText() + " " + each.path("object").asText()));
        return found;
    }

    private static String finding(String node, String kind, StoredRecord record) {
        return node + " " + kind + " " + record.value().path("objectId").asText();
    }

    private static JsonNode node(JsonNode run, String id) {
        for (JsonNode each : run.path("nodes")) {
            if (each.path("storageNode").asText().equals(id)) {
                return each;
            }
        }
        throw new AssertionError("the run has no report of " + id + ": " + run);
    }

    /** Changes one byte, and neither the length nor the name. */
    private static void flipByte(Path file) throws Exception {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
    }

    private JsonNode quarantined(String path) throws Exception {
        JsonNode page = json(manager.get("/api/v1/reconciliation/quarantine/" + NODE + "?limit=1000"));
        for (JsonNode each : page.path("items")) {
            if (each.path("path").asText().equals(path)) {
                return each;
            }
        }
        throw new AssertionError("the quarantine has no " + path + ": " + page);
    }

    private static void assertRepaired(JsonNode run, String repair, int repaired) {
        assertThat(run.path("phase").asText()).as(run.toString()).isEqualTo("FINISHED");
        assertThat(run.toString())
                .contains("\"" + repair + "\":{\"repaired\":" + repaired + ",\"noLongerTrue\":0,\"failed\":0");
    }

    @Test
    void whatWasPlantedIsFoundRepairedAndRestored() throws Exception {
        JsonNode clean = run("{\"mode\":\"observe\"}");
        assertThat(clean.path("phase").asText()).as(clean.toString()).isEqualTo("FINISHED");
        assertThat(findings(clean)).as(clean.toString()).isEmpty();
        assertThat(clean.path("nodes")).hasSize(4);
        for (JsonNode each : clean.path("nodes")) {
            assertThat(each.has("fault")).as(each.toString()).isFalse();
        }

        List<StoredRecord> onNode = RegionSurvey.read(playground.region().shards()).stream()
                .filter(record -> record.names(NODE) && record.storageIds().size() == 2)
                .sorted(Comparator.comparing(StoredRecord::label))
                .toList();
        StoredRecord missing = onNode.get(0);
        StoredRecord lost = onNode.get(1);
        StoredRecord longer = onNode.get(2);
        Files.delete(file(NODE, missing));
        for (String each : lost.storageIds()) {
            Files.delete(file(each, lost));
        }
        Files.writeString(file(NODE, longer), "x", StandardOpenOption.APPEND);
        StoredRecord flipped = onNode.get(4);
        byte[] right = Files.readAllBytes(file(NODE, flipped));
        flipByte(file(NODE, flipped));
        UUID orphan = UUID.randomUUID();
        Path owner = root(NODE).resolve(longer.value().path("owner").asText());
        Files.writeString(owner.resolve(orphan.toString()), "of no record");
        Files.createSymbolicLink(owner.resolve(UUID.randomUUID().toString()), file(NODE, onNode.get(3)));
        Files.writeString(root(NODE).resolve("notes.txt"), "not an object");
        Path v2 = root(NODE).resolve("v2/" + UUID.randomUUID() + "/" + UUID.randomUUID() + "/0a");
        Files.createDirectories(v2);
        Files.writeString(v2.resolve(UUID.randomUUID() + "," + "0".repeat(32)), "v2");

        TreeSet<String> expected = new TreeSet<>(List.of(
                finding(NODE, "missing_copy", missing),
                finding(NODE, "size_mismatch", longer),
                finding(NODE, "checksum_mismatch", flipped),
                NODE + " orphan_file " + orphan));
        lost.storageIds().forEach(each -> expected.add(finding(each, "missing_all", lost)));
        // The planted files are too young at first, and a wrong content is a finding when it is read again.
        await().atMost(TIMEOUT)
                .until(() -> findings(run("{\"mode\":\"plan\",\"readContents\":true}"))
                        .equals(expected));

        JsonNode one = run("{\"mode\":\"plan\",\"readContents\":true,\"nodes\":[\"" + NODE + "\"]}");
        JsonNode report = node(one, NODE);
        assertThat(report.path("listed").path("unmanaged").path("symbolic_link").asLong())
                .as(report.toString())
                .isEqualTo(1);
        assertThat(report.path("listed").path("unmanaged").path("unknown").asLong())
                .isEqualTo(1);
        assertThat(report.path("listed").path("unmanaged").path("v2_object").asLong())
                .isEqualTo(1);
        assertThat(Files.readString(owner.resolve(orphan.toString()))).isEqualTo("of no record");
        assertThat(Files.exists(file(NODE, missing))).isFalse();

        JsonNode acted = begin(
                "/api/v1/reconciliation/runs/" + one.path("id").asText() + "/act",
                "{\"confirm\":true,\"classes\":[\"copy_again\",\"add_copy\",\"quarantine\"]}");
        assertRepaired(acted, "copy_again", 3);
        assertRepaired(acted, "quarantine", 1);
        assertThat(Files.exists(file(NODE, missing))).isTrue();
        assertThat(Files.readAllBytes(file(NODE, flipped))).isEqualTo(right);
        assertThat(Files.size(file(NODE, longer)))
                .isEqualTo(longer.value().path("contentLength").asLong());
        assertThat(Files.exists(owner.resolve(orphan.toString()))).isFalse();
        TreeSet<String> lostOnly = new TreeSet<>();
        lost.storageIds().forEach(each -> lostOnly.add(finding(each, "missing_all", lost)));
        assertThat(findings(run("{\"mode\":\"observe\",\"readContents\":true}")))
                .isEqualTo(lostOnly);

        JsonNode item = quarantined(longer.value().path("owner").asText() + "/" + orphan);
        String restore = "/api/v1/reconciliation/quarantine/" + NODE + "/"
                + item.path("id").asText() + "/restore";
        json(manager.post(restore, ""));
        assertThat(Files.readString(owner.resolve(orphan.toString()))).isEqualTo("of no record");
        assertThat(manager.post(restore, "").statusCode()).isEqualTo(404);
    }
}
