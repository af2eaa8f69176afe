package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterLayout;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.Found;
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
import org.junit.jupiter.api.io.TempDir;

/** Promise P3 at size: 20,000 objects leave a node while users change 200 of them a second. */
@Tag("slow")
class StormTest {
    private static final String LEAVING = RegionPlan.storageId(1);
    private static final int PER_SECOND = 200;
    /** Two copies of each on three nodes, so that two thirds of them are on the leaving one. */
    private static final int OBJECTS = 33_000;

    @TempDir
    private Path directory;

    @Test
    void twentyThousandObjectsMoveUnderAStormOfWrites() throws Exception {
        RegionPlan plan = new RegionPlan(3, OBJECTS, OptionalLong.of(64), Optional.empty(), 2, 7);
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        PlaygroundOptions options = new PlaygroundOptions(
                plan, prepared, Optional.of(LEAVING), ClusterLayout.Layout.single(false, 0), false, false);
        try (Playground playground = Playground.open(options, prepared, RunningRegion.quietTerminal())) {
            List<RegionSurvey.ShardAddress> shards = RunningRegion.shards(prepared);
            List<Found> leaving = RegionSurvey.read(shards).stream()
                    .filter(found -> RunningRegion.recordNames(found, LEAVING))
                    .toList();
            assertThat(leaving).hasSizeGreaterThan(21_000);
            RegionUsers users = new RegionUsers(shards, leaving, PER_SECOND);
            Thread busy = new Thread(users, "users");
            busy.start();
            RunReport report = playground.evacuate(LEAVING);
            users.stop();
            busy.join();
            assertThat(users.changed()).isGreaterThan(1000);
            assertNothingIsLost(report, users, shards, roots(plan, prepared));
        }
    }

    private static void assertNothingIsLost(
            RunReport report, RegionUsers users, List<RegionSurvey.ShardAddress> shards, Map<String, Path> roots)
            throws IOException {
        List<Found> records = RegionSurvey.read(shards);
        Map<String, Found> after = new HashMap<>();
        records.forEach(found -> after.put(found.name(), found));
        users.assertLastWordsStand(after);
        RegionVerifier.Verified verified =
                RegionVerifier.verify(records, roots, Optional.of(LEAVING), RegionSurvey.fingerprint(records));
        assertThat(verified.violations()).as("stale pointers").isEmpty();
        JsonNode job = report.job();
        assertThat(job.path("state").asText()).as("%s", job).isEqualTo("DONE");
        assertThat(job.path("failed").asLong() + job.path("skipped").asLong())
                .as("%s", job)
                .isZero();
        assertThat(job.path("superseded").asLong() + job.path("gone").asLong())
                .as("objects that users took away under the job's hands")
                .isPositive();
        // The slower the machine, the more of them users have deleted before the scan comes by.
        assertThat(job.path("discovered").asLong()).isGreaterThan(15_000);
    }

    private static Map<String, Path> roots(RegionPlan plan, Path directory) {
        return plan.storageNodes(directory).stream()
                .collect(Collectors.toMap(SimulatedNode::storageId, SimulatedNode::root));
    }
}
