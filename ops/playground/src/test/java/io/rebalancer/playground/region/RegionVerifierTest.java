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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damages a real region in every way that the verifier must detect. */
@Tag("slow")
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
    private RegionContents.Summary contents = new RegionContents.Summary(0, 0, 0, 0, 0, 0, 0);
    private Map<String, String> before = Map.of();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void createRegion() throws Exception {
        for (int number = 1; number <= PLAN.shards(); number++) {
            MorayTable table = MorayTable.inMemory(UUID.randomUUID().toString());
            tables.add(table);
            MorayServer server = MorayServer.start(KIT.system(), table, "127.0.0.1", 0)
                    .toCompletableFuture()
                    .get();
            shards.add(new ShardAddress(number, "127.0.0.1", server.port()));
        }
        nodes = PLAN.storageNodes(directory);
        contents = RegionContents.create(PLAN, nodes, tables, count -> {});
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

    /** A record of an object with content. */
    private RegionSurvey.StoredRecord someRecord() throws Exception {
        return RegionSurvey.read(shards).stream()
                .filter(stored -> stored.storageIds().size() == 2)
                .findFirst()
                .orElseThrow();
    }

    private Path fileOf(RegionSurvey.StoredRecord stored) {
        String node = stored.storageIds().get(0);
        Path root = nodes.stream()
                .filter(each -> each.storageId().equals(node))
                .findFirst()
                .orElseThrow()
                .root();
        return root.resolve(stored.value().path("owner").asText())
                .resolve(stored.value().path("objectId").asText());
    }

    private void put(RegionSurvey.StoredRecord stored, ObjectNode value) throws Exception {
        tables.get(stored.shard() - 1).put("manta", stored.key(), value, EtagCondition.any());
    }

    @Test
    void aNewRegionHasNoViolations() throws Exception {
        RegionVerifier.Verified verified = verify(Optional.empty());
        assertThat(verified.violations()).isEmpty();
        assertThat(contents.objects()).isEqualTo(200);
        assertThat(verified.records()).isEqualTo(contents.objects() + contents.snaplinks());
        assertThat(verified.digests()).isEqualTo(2 * (contents.objects() - contents.empty()));
    }

    @Test
    void theSameSeedGivesTheSameRegion() throws Exception {
        List<MorayTable> again = new ArrayList<>();
        for (int i = 0; i < PLAN.shards(); i++) {
            again.add(MorayTable.inMemory(UUID.randomUUID().toString()));
        }
        RegionContents.create(PLAN, PLAN.storageNodes(directory.resolve("again")), again, count -> {});
        for (RegionSurvey.StoredRecord stored : RegionSurvey.read(shards)) {
            assertThat(again.get(stored.shard() - 1)
                            .get("manta", stored.key())
                            .orElseThrow()
                            .etag())
                    .isEqualTo(tables.get(stored.shard() - 1)
                            .get("manta", stored.key())
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
    void aRecordThatStillNamesTheLeavingNodeIsFound() throws Exception {
        String node = someRecord().storageIds().get(0);
        assertThat(verify(Optional.of(node)).violations()).anyMatch(each -> each.contains("still names"));
    }

    @Test
    void aChangeOfARecordBeyondItsLocationsIsFound() throws Exception {
        RegionSurvey.StoredRecord stored = someRecord();
        ObjectNode value = stored.value().deepCopy();
        put(stored, value.put("mtime", 1));
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.contains("changed beyond"));
    }

    @Test
    void aMissingCopyAndAMissingRecordAreFound() throws Exception {
        RegionSurvey.StoredRecord stored = someRecord();
        ObjectNode value = stored.value().deepCopy();
        ((ArrayNode) value.path("sharks")).remove(1);
        put(stored, value);
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.contains("has 1 copies"));
        tables.get(stored.shard() - 1).delete("manta", stored.key(), EtagCondition.any());
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.endsWith("is missing"));
    }

    @Test
    void aNodeNamedTwiceIsFound() throws Exception {
        RegionSurvey.StoredRecord stored = someRecord();
        ObjectNode value = stored.value().deepCopy();
        ArrayNode sharks = (ArrayNode) value.path("sharks");
        sharks.set(1, sharks.get(0).deepCopy());
        put(stored, value);
        assertThat(verify(Optional.empty()).violations()).anyMatch(each -> each.contains("twice"));
    }
}
