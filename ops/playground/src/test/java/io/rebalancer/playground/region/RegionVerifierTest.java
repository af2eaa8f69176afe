package io.rebalancer.playground.region;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.MorayTable;
import io.rebalancer.playground.region.RegionSurvey.ShardAddress;
import io.rebalancer.playground.server.MorayServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verifier finds each kind of damage, in a real region. */
class RegionVerifierTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "verifier",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(ConfigFactory.defaultReference())
                    .resolve());
    private static final RegionPlan PLAN = new RegionPlan(5, 200, OptionalLong.empty(), Optional.empty(), 2, 42);

    @TempDir
    private Path directory;

    private final List<MorayTable> tables = new ArrayList<>();
    private final List<ShardAddress> shards = new ArrayList<>();
    private List<SimulatedNode> nodes = List.of();
    private RegionContents.Summary made = new RegionContents.Summary(0, 0, 0, 0, 0, 0, 0);
    private Map<String, String> before = Map.of();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void make() throws Exception {
        for (int number = 1; number <= PLAN.shards(); number++) {
            MorayTable table = MorayTable.inMemory(UUID.randomUUID().toString());
            tables.add(table);
            MorayServer server = MorayServer.start(KIT.system(), table, "127.0.0.1", 0)
                    .toCompletableFuture()
                    .get();
            shards.add(new ShardAddress(number, "127.0.0.1", server.port()));
        }
        nodes = PLAN.storageNodes(directory);
        made = RegionContents.create(PLAN, nodes, tables, count -> {});
        before = RegionSurvey.fingerprint(RegionSurvey.read(shards));
    }

    @AfterEach
    void close() throws Exception {
        for (MorayTable table : tables) {
            table.close();
        }
    }

    private RegionVerifier.Verified verify(Optional<String> leaving) throws Exception {
        Map<String, Path> roots =
                nodes.stream().collect(Collectors.toMap(SimulatedNode::storageId, SimulatedNode::root));
        return RegionVerifier.verify(RegionSurvey.read(shards), roots, leaving, before);
    }

    /** A record with copies, and one of its files. */
    private RegionSurvey.Found someRecord() throws Exception {
        return RegionSurvey.read(shards).stream()
                .filter(found -> found.value().path("sharks").size() == 2)
                .findFirst()
                .orElseThrow();
    }

    private Path fileOf(RegionSurvey.Found found) {
        String node =
                found.value().path("sharks").path(0).path("manta_storage_id").asText();
        Path root = nodes.stream()
                .filter(each -> each.storageId().equals(node))
                .findFirst()
                .orElseThrow()
                .root();
        return root.resolve(found.value().path("owner").asText())
                .resolve(found.value().path("objectId").asText());
    }

    private void put(RegionSurvey.Found found, ObjectNode value) throws Exception {
        tables.get(found.shard() - 1).put("manta", found.key(), value, EtagCondition.any());
    }

    @Test
    void aRegionAsMadeIsWhole() throws Exception {
        RegionVerifier.Verified verified = verify(Optional.empty());
        assertThat(verified.violations()).isEmpty();
        assertThat(made.objects()).isEqualTo(200);
        assertThat(verified.records()).isEqualTo(made.objects() + made.snaplinks());
        assertThat(verified.digests()).isEqualTo(2 * (made.objects() - made.empty()));
    }

    @Test
    void theSameSeedMakesTheSameRegion() throws Exception {
        List<MorayTable> again = new ArrayList<>();
        for (int i = 0; i < PLAN.shards(); i++) {
            again.add(MorayTable.inMemory(UUID.randomUUID().toString()));
        }
        RegionContents.create(PLAN, PLAN.storageNodes(directory.resolve("again")), again, count -> {});
        for (RegionSurvey.Found found : RegionSurvey.read(shards)) {
            assertThat(again.get(found.shard() - 1)
                            .get("manta", found.key())
                            .orElseThrow()
                            .etag())
                    .isEqualTo(tables.get(found.shard() - 1)
                            .get("manta", found.key())
                            .orElseThrow()
                            .etag());
        }
        for (MorayTable table : again) {
            table.close();
        }
    }

    @Test
    void aMissingFileIsFound() throws Exception {
        Files.delete(fileOf(someRecord()));
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.contains("is missing"));
    }

    @Test
    void aFlippedBitIsFound() throws Exception {
        Path file = fileOf(someRecord());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.contains("has MD5"));
    }

    @Test
    void aShortFileIsFound() throws Exception {
        Path file = fileOf(someRecord());
        Files.write(file, new byte[0]);
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.contains("has 0 bytes"));
    }

    @Test
    void theLeavingNodeIsFoundInARecord() throws Exception {
        String node = someRecord()
                .value()
                .path("sharks")
                .path(0)
                .path("manta_storage_id")
                .asText();
        assertThat(verify(Optional.of(node)).violations()).anyMatch(each -> each.contains("still names"));
    }

    @Test
    void aRecordThatChangedBesidesItsLocationsIsFound() throws Exception {
        RegionSurvey.Found found = someRecord();
        ObjectNode value = found.value().deepCopy();
        put(found, value.put("mtime", 1));
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.contains("changed in more"));
    }

    @Test
    void aLostRecordAndALostCopyAreFound() throws Exception {
        RegionSurvey.Found found = someRecord();
        ObjectNode value = found.value().deepCopy();
        ((ArrayNode) value.path("sharks")).remove(1);
        put(found, value);
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.contains("has 1 copies"));
        tables.get(found.shard() - 1).delete("manta", found.key(), EtagCondition.any());
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.endsWith("is gone"));
    }

    @Test
    void aNodeNamedTwiceIsFound() throws Exception {
        RegionSurvey.Found found = someRecord();
        ObjectNode value = found.value().deepCopy();
        ArrayNode sharks = (ArrayNode) value.path("sharks");
        sharks.set(1, sharks.get(0).deepCopy());
        put(found, value);
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.contains("twice"));
    }
}
