package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.region.RegionPlan;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One metadata shard of twenty refuses connections while a job runs. {@link ShardOutageRateTest} measures the rate of the
 * other shards.
 */
@Tag("slow")
class ShardOutageTest {
    @TempDir
    private Path directory;

    @Test
    void theRecordsOfTheOtherShardsAreRelocatedWhileOneShardIsAway() throws Exception {
        ClusterPlan cluster = new ClusterPlan(
                Optional.empty(),
                false,
                0,
                1,
                Optional.empty(),
                Optional.empty(),
                true,
                Map.of(
                        "rebalancer.evacuate.max-assignment-age", "1s",
                        "rebalancer.evacuate.commit-shard-timeout", "3s"));
        RegionPlan plan = new RegionPlan(3, 300, OptionalLong.of(1000), Optional.empty(), 20, 5);
        try (OutageRun run = new OutageRun(directory.resolve("run"), plan, cluster)) {
            Instant start = Instant.now();
            CompletableFuture<RunReport> report = run.evacuateWithoutTheShard();

            await().atMost(OutageRun.TIMEOUT)
                    .until(() -> report.isDone() || run.ofOtherShards().isEmpty());
            assertThat(report).isNotDone();
            // The shard is still away, and the job names it as what it waits for.
            JsonNode wait = await().atMost(OutageRun.TIMEOUT)
                    .until(run::waitForShard, Optional::isPresent)
                    .orElseThrow();
            assertThat(Instant.parse(wait.path("since").asText())).isAfterOrEqualTo(start);
            assertThat(JobWatch.hasEnded(run.job())).isFalse();

            run.startShard();
            assertThat(report.get().violations()).isEmpty();
            assertThat(report.get().job().path("state").asText()).isEqualTo("DONE");
            assertThat(run.onLeavingNode()).isEmpty();
            assertThat(run.waitForShard()).isEmpty();
        }
    }
}
