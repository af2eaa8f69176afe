package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.FastCaller;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.Found;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs in whole regions. */
class EvacuateTest {
    private static final String LEAVING = RegionPlan.storageId(1);

    @TempDir
    private Path directory;

    private static PlaygroundOptions options(Path directory, int objects, boolean crash) {
        RegionPlan plan = new RegionPlan(5, objects, OptionalLong.empty(), Optional.empty(), 2, 7);
        return new PlaygroundOptions(plan, directory, Optional.empty(), Optional.of(LEAVING), crash, 0, crash, false);
    }

    private static Terminal quiet() {
        return new Terminal(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false);
    }

    private Playground open(int objects, boolean crash) throws Exception {
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        return Playground.open(options(prepared, objects, crash), prepared, quiet());
    }

    private JsonNode region() throws IOException {
        return ExactJson.MAPPER.readTree(directory.resolve("run/region.json").toFile());
    }

    @Test
    void aNodeIsEmptiedAndEveryObjectIsAccountedFor() throws Exception {
        try (Playground playground = open(400, false)) {
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            assertThat(report.fetchedAgain()).isZero();
            JsonNode json = ExactJson.MAPPER.readTree(
                    directory.resolve("run/report.json").toFile());
            assertThat(json.path("state").asText()).isEqualTo("DONE");
            assertThat(json.path("discovered").asLong()).isPositive().isEqualTo(sum(json));
            assertThat(json.path("skipped").asLong() + json.path("failed").asLong())
                    .isZero();
            assertThat(json.path("violations")).isEmpty();
            // Once more: nothing is left to move, and the older API says so too.
            RunReport again = playground.evacuate(LEAVING);
            assertThat(again.job().path("discovered").asLong()).isZero();
            assertThat(again.violations()).isEmpty();
            assertThat(legacyJobs())
                    .hasSize(2)
                    .allSatisfy(job -> assertThat(job.path("state").asText()).isEqualTo("Complete"));
        }
    }

    private String retry(String jobId) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(region().path("manager").asText() + "/jobs/" + jobId + "/retry"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body()
                .strip();
    }

    private static long sum(JsonNode report) {
        long sum = 0;
        for (String name : List.of("relocated", "superseded", "gone", "skipped", "failed", "duplicate")) {
            sum += report.path(name).asLong();
        }
        return sum;
    }

    private JsonNode legacyJobs() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(region().path("manager").asText() + "/jobs"))
                .build();
        return ExactJson.MAPPER.readTree(HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body());
    }

    /** Promise P3: whatever users do while the node is emptied, their last word stands. */
    @Test
    void usersWhoOverwriteAndDeleteMeanwhileAlwaysWin() throws Exception {
        try (Playground playground = open(600, false)) {
            List<RegionSurvey.ShardAddress> shards = shards();
            List<Found> leaving = RegionSurvey.read(shards).stream()
                    .filter(found -> names(found, LEAVING))
                    .toList();
            Users users = new Users(shards, leaving);
            Thread busy = new Thread(users, "users");
            busy.start();
            RunReport report = playground.evacuate(LEAVING);
            busy.join();
            assertThat(users.fault()).isEmpty();
            Map<String, Found> after = new HashMap<>();
            RegionSurvey.read(shards).forEach(found -> after.put(found.name(), found));
            assertThat(after.values()).noneMatch(found -> names(found, LEAVING));
            assertThat(users.deleted()).isNotEmpty().noneMatch(after::containsKey);
            users.overwritten()
                    .forEach((name, objectId) -> assertThat(Objects.requireNonNull(after.get(name))
                                    .value()
                                    .path("objectId")
                                    .asText())
                            .isEqualTo(objectId));
            assertThat(users.touched()).isNotEmpty().allSatisfy(name -> {
                JsonNode value = Objects.requireNonNull(after.get(name)).value();
                assertThat(value.path("mtime").asLong()).isEqualTo(Users.TOUCHED);
                assertThat(value.path("sharks")).hasSize(2);
            });
            JsonNode job = report.job();
            assertThat(job.path("state").asText()).isEqualTo("DONE");
            assertThat(sum(job)).isEqualTo(job.path("discovered").asLong());
            assertThat(job.path("failed").asLong() + job.path("skipped").asLong())
                    .isZero();
        }
    }

    private static boolean names(Found found, String node) {
        for (JsonNode shark : found.value().path("sharks")) {
            if (shark.path("manta_storage_id").asText().equals(node)) {
                return true;
            }
        }
        return false;
    }

    /** Deletes, overwrites or touches every object of the leaving node in turn, as fast as it can. */
    private static final class Users implements Runnable {
        private final List<RegionSurvey.ShardAddress> shards;
        private final List<Found> objects;
        private static final long TOUCHED = 42;

        private final List<String> deleted = new ArrayList<>();
        private final List<String> touched = new ArrayList<>();
        private final Map<String, String> overwritten = new HashMap<>();
        private Optional<IOException> fault = Optional.empty();

        Users(List<RegionSurvey.ShardAddress> shards, List<Found> objects) {
            this.shards = shards;
            this.objects = objects;
        }

        @Override
        public void run() {
            try {
                for (int i = 0; i < objects.size(); i++) {
                    Found found = objects.get(i);
                    RegionSurvey.ShardAddress shard = shards.get(found.shard() - 1);
                    try (FastCaller caller = new FastCaller(shard.host(), shard.port(), FastVersion.V2)) {
                        change(caller, found, i % 3);
                    }
                }
            } catch (IOException e) {
                fault = Optional.of(e);
            }
        }

        private void change(FastCaller caller, Found found, int what) throws IOException {
            TextNode bucket = TextNode.valueOf("manta");
            TextNode key = TextNode.valueOf(found.key());
            ObjectNode options = JsonNodeFactory.instance.objectNode();
            if (what == 0) {
                caller.call("delObject", bucket, key, options);
                deleted.add(found.name());
            } else if (what == 1) {
                ObjectNode value = found.value().deepCopy();
                String objectId = UUID.randomUUID().toString();
                value.put("objectId", objectId).put("etag", objectId).put("contentLength", 0);
                value.putArray("sharks");
                caller.call("putObject", bucket, key, value, options);
                overwritten.put(found.name(), objectId);
            } else {
                touch(caller, bucket, key);
                touched.add(found.name());
            }
        }

        /** A change of metadata only, as a careful writer makes it: on condition of the etag it has read. */
        private static void touch(FastCaller caller, TextNode bucket, TextNode key) throws IOException {
            while (true) {
                JsonNode read = caller.call("getObject", bucket, key, JsonNodeFactory.instance.objectNode())
                        .get(0);
                ObjectNode value = read.path("value").deepCopy();
                ObjectNode condition = JsonNodeFactory.instance
                        .objectNode()
                        .put("etag", read.path("_etag").asText());
                try {
                    caller.call("putObject", bucket, key, value.put("mtime", TOUCHED), condition);
                    return;
                } catch (FastCaller.Refused e) {
                    if (!e.name().equals("EtagConflictError")) {
                        throw e;
                    }
                }
            }
        }

        List<String> touched() {
            return touched;
        }

        List<String> deleted() {
            return deleted;
        }

        Map<String, String> overwritten() {
            return overwritten;
        }

        Optional<IOException> fault() {
            return fault;
        }
    }

    @Test
    void aManagerAndAnAgentKilledOnTheWayLoseNothing() throws Exception {
        try (Playground playground = open(3000, true)) {
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            assertThat(report.kills()).extracting(Crash.Kill::node).containsExactly("agent-2", "manager");
            assertThat(report.job().path("state").asText()).isEqualTo("DONE");
        }
    }

    /** A fleet in the middle of its migration: some agents are ours, some know the older HTTP API only. */
    @Test
    void agentsOutsideTheClusterAreReachedOverTheOlderApi() throws Exception {
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        RegionPlan plan = new RegionPlan(6, 600, OptionalLong.empty(), Optional.empty(), 2, 7);
        PlaygroundOptions options =
                new PlaygroundOptions(plan, prepared, Optional.empty(), Optional.of(LEAVING), false, 3, false, false);
        try (Playground playground = Playground.open(options, prepared, quiet())) {
            long before = recordsOn(4) + recordsOn(5) + recordsOn(6);
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            long after = recordsOn(4) + recordsOn(5) + recordsOn(6);
            long moved = report.job().path("relocated").asLong()
                    + report.job().path("duplicate").asLong();
            assertThat(after - before).isBetween(moved / 4, moved - moved / 10);
        }
    }

    private long recordsOn(int node) throws IOException {
        return RegionSurvey.read(shards()).stream()
                .filter(found -> names(found, RegionPlan.storageId(node)))
                .count();
    }

    private List<RegionSurvey.ShardAddress> shards() throws IOException {
        List<RegionSurvey.ShardAddress> shards = new ArrayList<>();
        region().path("morayShards")
                .forEach(shard -> shards.add(new RegionSurvey.ShardAddress(
                        shard.path("number").asInt(),
                        shard.path("host").asText(),
                        shard.path("port").asInt())));
        return shards;
    }

    @Test
    void aDirectoryTreeOfThisMachineIsMovedToo() throws Exception {
        Path tree = Files.createDirectories(directory.resolve("tree/deep/er"));
        Files.writeString(tree.resolve("a file.txt"), "content");
        Files.writeString(directory.resolve("tree/empty"), "");
        Files.write(directory.resolve("tree/big"), new byte[3_000_000]);
        Files.createSymbolicLink(directory.resolve("tree/link"), tree);
        for (int i = 0; i < 40; i++) {
            Files.writeString(tree.resolve("file-" + i), "number " + i);
        }
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        RegionPlan plan = new RegionPlan(3, 5, OptionalLong.empty(), Optional.of(directory.resolve("tree")), 1, 7);
        PlaygroundOptions options =
                new PlaygroundOptions(plan, prepared, Optional.empty(), Optional.of(LEAVING), false, 0, false, false);
        try (Playground playground = Playground.open(options, prepared, quiet())) {
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            assertThat(report.verified().records()).isEqualTo(43);
            assertThat(report.job().path("relocated").asLong()).isPositive();
        }
    }
}
