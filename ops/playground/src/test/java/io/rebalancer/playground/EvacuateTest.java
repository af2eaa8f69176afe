package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterLayout;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.Found;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs in whole regions. */
@Tag("slow")
class EvacuateTest {
    private static final String LEAVING = RegionPlan.storageId(1);

    @TempDir
    private Path directory;

    private static PlaygroundOptions options(Path directory, int objects, boolean crash) {
        RegionPlan plan = new RegionPlan(5, objects, OptionalLong.empty(), Optional.empty(), 2, 7);
        return new PlaygroundOptions(
                plan, directory, Optional.of(LEAVING), ClusterLayout.Layout.single(crash, 0), crash, false);
    }

    private Playground open(int objects, boolean crash) throws Exception {
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        return Playground.open(options(prepared, objects, crash), prepared, RunningRegion.quietTerminal());
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

    private HttpCalls manager() throws IOException {
        return RunningRegion.manager(directory.resolve("run"));
    }

    private static long sum(JsonNode report) {
        long sum = 0;
        for (String name : List.of("relocated", "superseded", "gone", "skipped", "failed", "duplicate")) {
            sum += report.path(name).asLong();
        }
        return sum;
    }

    private JsonNode legacyJobs() throws Exception {
        return ExactJson.MAPPER.readTree(manager().get("/jobs").body());
    }

    /** Promise P3: whatever users do while the node is emptied, their last word stands. */
    @Test
    void usersWhoOverwriteAndDeleteMeanwhileAlwaysWin() throws Exception {
        try (Playground playground = open(600, false)) {
            List<RegionSurvey.ShardAddress> shards = RunningRegion.shards(directory.resolve("run"));
            List<Found> leaving = RegionSurvey.read(shards).stream()
                    .filter(found -> RunningRegion.recordNames(found, LEAVING))
                    .toList();
            RegionUsers users = new RegionUsers(shards, leaving, 2000);
            Thread busy = new Thread(users, "users");
            busy.start();
            RunReport report = playground.evacuate(LEAVING);
            users.stop();
            busy.join();
            Map<String, Found> after = new HashMap<>();
            RegionSurvey.read(shards).forEach(found -> after.put(found.name(), found));
            users.assertLastWordsStand(after);
            assertThat(after.values()).noneMatch(found -> RunningRegion.recordNames(found, LEAVING));
            JsonNode job = report.job();
            assertThat(job.path("state").asText()).isEqualTo("DONE");
            assertThat(sum(job)).isEqualTo(job.path("discovered").asLong());
            assertThat(job.path("failed").asLong() + job.path("skipped").asLong())
                    .isZero();
        }
    }

    @Test
    void aManagerAndAnAgentKilledOnTheWayLoseNothing() throws Exception {
        try (Playground playground = open(3000, true)) {
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            assertThat(report.kills()).extracting(PlannedKills.Kill::node).containsExactly("agent-2", "manager");
            assertThat(report.job().path("state").asText()).isEqualTo("DONE");
        }
    }

    /** A fleet in the middle of its migration: some agents are ours, some know the older HTTP API only. */
    @Test
    void agentsOutsideTheClusterAreReachedOverTheOlderApi() throws Exception {
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        RegionPlan plan = new RegionPlan(6, 600, OptionalLong.empty(), Optional.empty(), 2, 7);
        PlaygroundOptions options = new PlaygroundOptions(
                plan, prepared, Optional.of(LEAVING), ClusterLayout.Layout.single(false, 3), false, false);
        try (Playground playground = Playground.open(options, prepared, RunningRegion.quietTerminal())) {
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
        return RegionSurvey.read(RunningRegion.shards(directory.resolve("run"))).stream()
                .filter(found -> RunningRegion.recordNames(found, RegionPlan.storageId(node)))
                .count();
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
        PlaygroundOptions options = new PlaygroundOptions(
                plan, prepared, Optional.of(LEAVING), ClusterLayout.Layout.single(false, 0), false, false);
        try (Playground playground = Playground.open(options, prepared, RunningRegion.quietTerminal())) {
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            assertThat(report.verified().records()).isEqualTo(43);
            assertThat(report.job().path("relocated").asLong()).isPositive();
        }
    }
}
