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
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
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
    private static final String NODE = PlantedDrift.NODE;

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
        return findings(run, "");
    }

    private TreeSet<String> planned(JsonNode run) throws Exception {
        return findings(run, "&state=PLANNED");
    }

    private TreeSet<String> findings(JsonNode run, String filter) throws Exception {
        TreeSet<String> found = new TreeSet<>();
        JsonNode page = json(manager.get(
                "/api/v1/reconciliation/runs/" + run.path("id").asText() + "/findings?limit=1000" + filter));
        page.path("findings")
                .forEach(each -> found.add(each.path("storageNode").asText() + " "
                        + each.path("kind").asText() + " " + each.path("object").asText()));
        return found;
    }

    private static JsonNode node(JsonNode run, String id) {
        for (JsonNode each : run.path("nodes")) {
            if (each.path("storageNode").asText().equals(id)) {
                return each;
            }
        }
        throw new AssertionError("the run has no report of " + id + ": " + run);
    }

    /** The record as it is now. */
    private StoredRecord record(StoredRecord record) throws Exception {
        return RegionSurvey.read(playground.region().shards()).stream()
                .filter(each -> each.label().equals(record.label()))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode quarantined(Path file) throws Exception {
        String path = Objects.requireNonNull(file.getParent()).getFileName() + "/" + file.getFileName();
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

        PlantedDrift drift = new PlantedDrift(
                playground.region().shards(), playground.region().roots());
        StoredRecord missing = drift.missing();
        StoredRecord longer = drift.wrongSize();
        StoredRecord flipped = drift.flippedBit();
        Path orphan = drift.orphan();
        StoredRecord under = drift.underReplicated();
        drift.lost();
        drift.overReplicated();
        drift.misplaced();
        drift.contradictory();
        StoredRecord linked = drift.snaplink();
        StoredRecord uploading = drift.upload();
        drift.unmanagedFiles();
        Map<Path, ByteBuffer> files = drift.files();

        // The planted files are too young at first, and a wrong content is a finding when it is read again.
        await().atMost(TIMEOUT)
                .until(() -> findings(run("{\"mode\":\"plan\",\"readContents\":true}"))
                        .equals(drift.all()));
        JsonNode plan = run("{\"mode\":\"plan\",\"readContents\":true}");
        assertThat(findings(plan)).isEqualTo(drift.all());
        assertThat(planned(plan)).isEqualTo(drift.repairable());
        JsonNode unmanaged = node(plan, NODE).path("listed").path("unmanaged");
        for (String each : List.of("symbolic_link", "unknown", "v2_object", "reserved")) {
            assertThat(unmanaged.path(each).asLong())
                    .as(each + " of " + unmanaged)
                    .isPositive();
        }
        assertThat(drift.files()).as("a plan changes nothing").isEqualTo(files);

        JsonNode acted = begin(
                "/api/v1/reconciliation/runs/" + plan.path("id").asText() + "/act",
                "{\"confirm\":true,\"classes\":[\"copy_again\",\"add_copy\",\"quarantine\"]}");
        assertRepaired(acted, "copy_again", 3);
        assertRepaired(acted, "add_copy", 1);
        assertRepaired(acted, "quarantine", 1);
        for (StoredRecord each : List.of(missing, longer, flipped)) {
            assertThat(drift.file(NODE, each))
                    .hasSameBinaryContentAs(drift.file(each.storageIds().get(1), each));
        }
        assertThat(orphan).doesNotExist();
        StoredRecord repaired = record(under);
        assertThat(repaired.storageIds()).hasSize(2).startsWith(NODE);
        assertThat(drift.file(repaired.storageIds().get(1), under)).hasSameBinaryContentAs(drift.file(NODE, under));
        assertThat(findings(run("{\"mode\":\"observe\",\"readContents\":true}")))
                .isEqualTo(drift.reportedOnly());
        drift.decide();
        assertThat(findings(run("{\"mode\":\"observe\",\"readContents\":true}")))
                .isEmpty();
        assertThat(drift.file(NODE, uploading)).exists();
        assertThat(drift.file(NODE, linked)).exists();

        JsonNode item = quarantined(orphan);
        String restore = "/api/v1/reconciliation/quarantine/" + NODE + "/"
                + item.path("id").asText() + "/restore";
        json(manager.post(restore, ""));
        assertThat(orphan).hasContent("of no record");
        assertThat(manager.post(restore, "").statusCode()).isEqualTo(404);
    }
}
