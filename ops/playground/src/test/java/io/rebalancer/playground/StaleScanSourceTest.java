package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.persistence.tool.LogCommand;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.FastCaller;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.StoredRecord;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Jobs that scan a database whose rows are older than those of the primary. Since the copy was frozen, users have deleted,
 * overwritten and moved objects, and stored new ones. The shards run on a real PostgreSQL.
 */
@Tag("slow")
class StaleScanSourceTest {
    private static final int SHARDS = 2;
    private static final int CHANGES_OF_EACH_KIND = 4;
    private static final RegionPlan PLAN = new RegionPlan(3, 150, OptionalLong.of(2000), Optional.empty(), SHARDS, 23);
    private static final String LEAVING = RegionPlan.storageId(1);

    @TempDir
    private Path directory;

    @Test
    void aFrozenCloneCostsNoCopyAndProvesNothing() throws Exception {
        try (ShardPostgres postgres = new ShardPostgres(directory.resolve("postgres"), SHARDS);
                Playground playground = open(postgres)) {
            postgres.startFrozenClone();
            evacuateTwice(playground, postgres);
        }
    }

    @Test
    void aReplicaWithPausedReplayCostsNoCopyAndProvesNothing() throws Exception {
        try (ShardPostgres postgres = new ShardPostgres(directory.resolve("postgres"), SHARDS);
                Playground playground = open(postgres)) {
            postgres.startPausedReplica();
            evacuateTwice(playground, postgres);
            postgres.awaitReceivedAndNotReplayed();
        }
    }

    private Playground open(ShardPostgres postgres) throws Exception {
        Path run = WorkDirectory.prepare(directory.resolve("run"));
        Map<String, Object> settings = new HashMap<>(postgres.scanSettings());
        settings.put("rebalancer.evacuate.max-assignment-age", "1s");
        ClusterPlan cluster =
                new ClusterPlan(Optional.empty(), false, 0, 1, Optional.empty(), Optional.empty(), true, settings);
        return Playground.open(
                new PlaygroundOptions(PLAN, run, Optional.of(LEAVING), cluster, false, false),
                run,
                Terminal.silent(),
                postgres.tables());
    }

    private void evacuateTwice(Playground playground, ShardPostgres postgres) throws Exception {
        long staleRows = staleRows(postgres);
        changeRows(playground);
        List<StoredRecord> before = recordsOnLeavingNode(playground);
        assertThat(staleRows(postgres)).as("rows in the frozen copy").isEqualTo(staleRows);
        assertThat(before).hasSizeLessThan((int) staleRows);

        RunReport report = playground.evacuate(LEAVING);
        assertThat(report.violations()).isEmpty();
        assertThat(report.job().path("pass").asInt())
                .as("the clone lacks the new rows, so a pass over the primaries moves them")
                .isEqualTo(2);
        // Each file server counts its fetches: every object is fetched once, and no other object is.
        Map<UUID, Integer> fetches = playground.region().fetches();
        assertThat(fetches.keySet()).isEqualTo(objects(before));
        assertThat(fetches.values()).allMatch(count -> count == 1);
        assertPrimariesWereReadLast(report.job());

        // The copy still shows every row as it was. A second job believes none of them.
        assertThat(staleRows(postgres)).isEqualTo(staleRows);
        RunReport second = playground.evacuate(LEAVING);
        assertThat(second.violations()).isEmpty();
        assertThat(second.job().path("discovered").asLong()).isZero();
        assertThat(playground.region().fetches()).isEqualTo(fetches);
        assertPrimariesWereReadLast(second.job());
    }

    private static long staleRows(ShardPostgres postgres) throws Exception {
        long rows = 0;
        for (int shard = 1; shard <= SHARDS; shard++) {
            rows += postgres.rowsOnCopy(shard, LEAVING);
        }
        return rows;
    }

    private static List<StoredRecord> recordsOnLeavingNode(Playground playground) throws Exception {
        return RegionSurvey.read(playground.region().shards()).stream()
                .filter(record -> record.names(LEAVING))
                .toList();
    }

    private static Set<UUID> objects(List<StoredRecord> records) {
        return records.stream()
                .map(record -> UUID.fromString(record.value().path("objectId").asText()))
                .collect(Collectors.toSet());
    }

    /** The view of the job counts the shards; the stored event names the source of each. */
    private void assertPrimariesWereReadLast(JsonNode job) throws Exception {
        JsonNode verification = job.path("verification");
        assertThat(verification.path("shards").asInt()).isEqualTo(SHARDS);
        assertThat(verification.path("complete").asBoolean()).isTrue();
        assertThat(verification.path("rowsNaming").asLong()).isZero();
        assertThat(verification.path("rowsRead").asLong()).isPositive();
        List<JsonNode> events = events(job.path("id").asText());
        List<String> types = events.stream().map(StaleScanSourceTest::typeOf).toList();
        JsonNode last = events.get(types.lastIndexOf("VerificationFinished"));
        assertThat(types.lastIndexOf("VerificationFinished"))
                .as("the proof comes after the last assignment: %s", types)
                .isGreaterThan(types.lastIndexOf("RelocationsCommitted"));
        assertThat(last.path("event").path("evidence")).hasSize(SHARDS).allSatisfy(shard -> {
            assertThat(shard.path("source").asText()).isEqualTo("moray");
            assertThat(shard.path("rows").path("naming").asLong()).isZero();
        });
    }

    private static String typeOf(JsonNode event) {
        String manifest = event.path("manifest").asText();
        return manifest.replaceFirst("#.*", "").replaceFirst(".*[.$]", "");
    }

    private List<JsonNode> events(String job) throws Exception {
        StringWriter out = new StringWriter();
        int exit = new CommandLine(new LogCommand())
                .setOut(new PrintWriter(out))
                .execute("export", directory.resolve("run/manager").toString());
        assertThat(exit).isZero();
        List<JsonNode> events = new ArrayList<>();
        for (String line : out.toString().split("\n")) {
            JsonNode event = ExactJson.MAPPER.readTree(line);
            if (event.path("persistenceId").asText().endsWith(job)) {
                events.add(event);
            }
        }
        return events;
    }

    // ---- what users do while the copy is frozen

    private static void changeRows(Playground playground) throws Exception {
        List<StoredRecord> all = RegionSurvey.read(playground.region().shards());
        for (int shard = 1; shard <= SHARDS; shard++) {
            RegionSurvey.ShardAddress address = playground.region().shards().get(shard - 1);
            try (FastCaller caller = new FastCaller(address.host(), address.port(), FastVersion.V2)) {
                new Users(playground.region().roots(), caller, withoutSnaplinks(all, shard)).change();
            }
        }
    }

    private static List<StoredRecord> withoutSnaplinks(List<StoredRecord> all, int shard) {
        Map<String, Long> records = all.stream()
                .collect(Collectors.groupingBy(
                        record -> record.value().path("objectId").asText(), Collectors.counting()));
        return all.stream()
                .filter(record -> record.shard() == shard && record.names(LEAVING))
                .filter(record ->
                        records.getOrDefault(record.value().path("objectId").asText(), 0L) == 1)
                .toList();
    }

    /** Changes to the rows of one shard. */
    private record Users(Map<String, Path> roots, FastCaller caller, List<StoredRecord> records) {

        void change() throws Exception {
            assertThat(records).hasSizeGreaterThan(4 * CHANGES_OF_EACH_KIND);
            for (int i = 0; i < CHANGES_OF_EACH_KIND; i++) {
                delete(records.get(4 * i));
                overwrite(records.get(4 * i + 1));
                move(records.get(4 * i + 2));
                storeNew(records.get(4 * i + 3), i);
            }
        }

        private void delete(StoredRecord record) throws Exception {
            caller.call(
                    "delObject",
                    TextNode.valueOf("manta"),
                    TextNode.valueOf(record.key()),
                    JsonNodeFactory.instance.objectNode());
        }

        private void overwrite(StoredRecord record) throws Exception {
            ObjectNode value = record.value().deepCopy();
            String objectId = UUID.randomUUID().toString();
            value.put("objectId", objectId).put("etag", objectId).put("contentLength", 0);
            value.putArray("sharks");
            put(record.key(), value);
        }

        /** As an earlier job does: another node has the copy now. */
        private void move(StoredRecord record) throws Exception {
            String destination = roots.keySet().stream()
                    .filter(node -> !record.names(node))
                    .findFirst()
                    .orElseThrow();
            ObjectNode value = record.value().deepCopy();
            Path target = file(destination, value);
            Files.createDirectories(target.getParent());
            Files.copy(file(LEAVING, value), target);
            for (JsonNode shark : value.path("sharks")) {
                if (shark.path("manta_storage_id").asText().equals(LEAVING)) {
                    ((ObjectNode) shark).put("manta_storage_id", destination);
                }
            }
            put(record.key(), value);
        }

        /** A new object with the content of another one; the copy of the database never shows it. */
        private void storeNew(StoredRecord template, int number) throws Exception {
            ObjectNode value = template.value().deepCopy();
            String objectId = UUID.randomUUID().toString();
            String key = template.key() + "-new-" + number;
            value.put("objectId", objectId)
                    .put("etag", objectId)
                    .put("key", key)
                    .put("name", key);
            for (String node : template.storageIds()) {
                Files.copy(file(node, (ObjectNode) template.value()), file(node, value));
            }
            put(key, value);
        }

        private Path file(String node, ObjectNode value) {
            return Optional.ofNullable(roots.get(node))
                    .orElseThrow()
                    .resolve(value.path("owner").asText())
                    .resolve(value.path("objectId").asText());
        }

        private void put(String key, ObjectNode value) throws Exception {
            caller.call(
                    "putObject",
                    TextNode.valueOf("manta"),
                    TextNode.valueOf(key),
                    value,
                    JsonNodeFactory.instance.objectNode());
        }
    }
}
