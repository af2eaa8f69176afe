package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.StoredRecord;
import io.rebalancer.playground.region.RegionVerifier;
import io.rebalancer.playground.region.SimulatedNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Promise P3 at scale: objects leave a node while users change up to 200 objects per second. {@code make test-long} moves
 * 20,000.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "storm.objects", matches = "[0-9]+", disabledReason = "run by make test-long")
class StormTest {
    private static final String LEAVING = RegionPlan.storageId(1);
    private static final int CHANGES_PER_SECOND = 200;
    /** Each object has two copies on three nodes, so two thirds of the objects are on the leaving node. */
    private static final int OBJECTS = Integer.getInteger("storm.objects", 8_800);

    private static final int MAX_CHANGED_OBJECTS = OBJECTS * 2 / 11;

    @TempDir
    private Path directory;

    @Test
    void objectsAreRelocatedDuringAStormOfWrites() throws Exception {
        RegionPlan plan = new RegionPlan(3, OBJECTS, OptionalLong.of(64), Optional.empty(), 2, 7);
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        PlaygroundOptions options = new PlaygroundOptions(
                plan, prepared, Optional.of(LEAVING), ClusterPlan.singleManager(false, 0), false, false);
        try (Playground playground = Playground.open(options, prepared, Terminal.silent())) {
            List<RegionSurvey.ShardAddress> shards = RegionFile.read(prepared).shards();
            List<StoredRecord> leaving = RegionSurvey.read(shards).stream()
                    .filter(each -> each.names(LEAVING))
                    .toList();
            assertThat(leaving).hasSizeGreaterThan(OBJECTS * 7 / 11);
            RegionUsers users = new RegionUsers(shards, leaving, CHANGES_PER_SECOND, MAX_CHANGED_OBJECTS);
            Thread busy = new Thread(users, "users");
            busy.start();
            RunReport report = playground.evacuateAmongUsers(LEAVING);
            users.stop();
            busy.join();
            assertThat(report.job().path("discovered").asLong())
                    .as("records that no user took away before the scan")
                    .isGreaterThanOrEqualTo(leaving.size() - users.changedObjects())
                    .isGreaterThan(OBJECTS * 5 / 11);
            assertNothingIsLost(report, users, shards, roots(plan, prepared));
        }
    }

    private static void assertNothingIsLost(
            RunReport report, RegionUsers users, List<RegionSurvey.ShardAddress> shards, Map<String, Path> roots)
            throws IOException {
        List<StoredRecord> records = RegionSurvey.read(shards);
        Map<String, StoredRecord> after = new HashMap<>();
        records.forEach(each -> after.put(each.label(), each));
        users.assertLastChangesArePreserved(after);
        RegionVerifier.Verified verified =
                RegionVerifier.verify(records, roots, Optional.of(LEAVING), RegionSurvey.fingerprint(records));
        assertThat(verified.violations()).as("violations").isEmpty();
        JsonNode job = report.job();
        assertThat(job.path("state").asText()).as("%s", job).isEqualTo("DONE");
        assertThat(job.path("failed").asLong() + job.path("skipped").asLong())
                .as("%s", job)
                .isZero();
        assertThat(job.path("superseded").asLong() + job.path("gone").asLong())
                .as("objects that users replaced or deleted while they were in flight")
                .isPositive();
    }

    private static Map<String, Path> roots(RegionPlan plan, Path directory) {
        return plan.storageNodes(directory).stream()
                .collect(Collectors.toMap(SimulatedNode::storageId, SimulatedNode::root));
    }
}
