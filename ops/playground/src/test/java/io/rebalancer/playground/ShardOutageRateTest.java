package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.region.RegionPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the rate of nineteen metadata shards while the twentieth is away with their rate in an undisturbed job. Run by
 * {@code make test-outage}, because each of the two jobs takes longer than the outage.
 */
@EnabledIfSystemProperty(named = "outage.seconds", matches = "[0-9]+")
@Tag("cluster")
@Tag("slow")
class ShardOutageRateTest {
    private static final int OUTAGE_SECONDS = Integer.getInteger("outage.seconds", 300);
    private static final int SHARDS = 20;
    private static final int NODES = 5;
    private static final int OBJECT_BYTES = 1024;
    /** Limit of each of the four destinations. It makes the job last, and the two jobs comparable. */
    private static final int BYTES_PER_SECOND = 10 << 10;

    private static final int RECORDS_PER_SECOND = (NODES - 1) * BYTES_PER_SECOND / OBJECT_BYTES;
    /** Records that are settled before the outage begins. */
    private static final int BEFORE = 200;

    private static final double MIN_SHARE = 0.8;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    /** Records of the other shards that were relocated in the time of the outage, per second. */
    private record Measured(double recordsPerSecond, Optional<JsonNode> waiting, RunReport report) {}

    @Test
    void theOtherShardsKeepFourFifthsOfTheirRate() throws Exception {
        Measured undisturbed = measure("undisturbed", false);
        Measured disturbed = measure("disturbed", true);
        System.out.printf(
                Locale.ROOT,
                "  one shard of %d away for %d s: %.1f records/s of the other shards, undisturbed %.1f (%.0f %%)%n",
                SHARDS,
                OUTAGE_SECONDS,
                disturbed.recordsPerSecond(),
                undisturbed.recordsPerSecond(),
                100 * disturbed.recordsPerSecond() / undisturbed.recordsPerSecond());
        System.out.printf("  the job waited: %s%n", disturbed.waiting().orElseThrow());
        for (Measured each : new Measured[] {undisturbed, disturbed}) {
            assertThat(each.report().violations()).isEmpty();
            assertThat(each.report().job().path("state").asText()).isEqualTo("DONE");
        }
        assertThat(disturbed.recordsPerSecond()).isGreaterThanOrEqualTo(MIN_SHARE * undisturbed.recordsPerSecond());
    }

    private Measured measure(String name, boolean disturbed) throws Exception {
        // Each object has two copies on five nodes. The job outlasts the outage by half a minute.
        int records = BEFORE + RECORDS_PER_SECOND * (OUTAGE_SECONDS + 30);
        RegionPlan plan =
                new RegionPlan(NODES, records * NODES / 2, OptionalLong.of(OBJECT_BYTES), Optional.empty(), SHARDS, 5);
        ClusterPlan cluster = new ClusterPlan(
                Optional.empty(),
                true,
                0,
                1,
                Optional.empty(),
                Optional.empty(),
                false,
                Map.of("rebalancer.agent.limits.bytes-per-second", BYTES_PER_SECOND));
        try (OutageRun run = new OutageRun(directory.resolve(name), plan, cluster)) {
            CompletableFuture<RunReport> report = run.evacuate();
            await().atMost(OutageRun.TIMEOUT).until(() -> JobWatch.settled(run.job()) >= BEFORE);
            if (disturbed) {
                run.stopShard();
            }
            Instant start = Instant.now();
            int before = run.ofOtherShards().size();
            TimeUnit.SECONDS.sleep(OUTAGE_SECONDS);
            Optional<JsonNode> wait = run.waitForShard();
            assertThat(JobWatch.hasEnded(run.job())).isFalse();
            int after = run.ofOtherShards().size();
            double seconds = Duration.between(start, Instant.now()).toMillis() / 1000.0;
            if (disturbed) {
                assertThat(wait).as("the wait for the shard").isPresent();
                assertThat(Instant.parse(wait.orElseThrow().path("since").asText()))
                        .isBetween(start.minusSeconds(5), start.plusSeconds(60));
                run.startShard();
            }
            assertThat(after).as("records that the outage left to move").isPositive();
            System.out.printf(
                    Locale.ROOT, "  %s: %d records of the other shards in %.0f s%n", name, before - after, seconds);
            return new Measured((before - after) / seconds, wait, report.get());
        }
    }
}
