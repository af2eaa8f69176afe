package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Random faults, one after another, in a run of {@code make chaos SEED=... RUNS=...}; a seed gives the same faults again. */
@EnabledIfSystemProperty(named = "chaos.seed", matches = "[0-9]+")
@Tag("cluster")
@Tag("slow")
class ChaosTest {
    private static final long SEED = Long.getLong("chaos.seed", 1);
    private static final int RUNS = Integer.getInteger("chaos.runs", 1);
    private static final int RECORDS = Integer.getInteger("chaos.records", 8_000);
    /** Of an agent: slow enough for a job that outlasts its faults. */
    private static final long BYTES_PER_SECOND = 20 << 10;

    private static final int FAULTS = 3;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void nothingIsLostAndNothingIsDoneTwice() throws Exception {
        for (int run = 0; run < RUNS; run++) {
            disturb(SEED + run, Files.createDirectory(directory.resolve("run-" + run)));
        }
    }

    private static void disturb(long seed, Path directory) throws Exception {
        System.out.printf("SEED=%d%n", seed);
        Random random = new Random(seed);
        try (ClusterUnderTest cluster = new ClusterUnderTest(directory, RECORDS, seed, BYTES_PER_SECOND)) {
            cluster.evacuate();
            for (int struck = 0; struck < FAULTS; struck++) {
                Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
                long settled = ClusterUnderTest.settled(cluster.awaitSettledOrOver(0));
                JsonNode job = cluster.awaitSettledOrOver(settled + 200 + random.nextInt(RECORDS / 10));
                if (ClusterUnderTest.settled(job) > RECORDS * 8L / 10) {
                    System.out.printf("  the job is nearly over; %s is left out%n", fault);
                } else {
                    fault.strike(cluster, job, random);
                }
            }
            RunReport report = cluster.end();
            System.out.printf(
                    "  SEED=%d: the job took %.0f s; %d objects fetched twice, %d violations%n",
                    seed,
                    report.seconds(),
                    report.fetchedAgain(),
                    report.violations().size());
            assertThat(report.violations()).as("SEED=%d", seed).isEmpty();
        }
    }
}
