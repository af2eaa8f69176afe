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

/**
 * Injects random faults into a job, one after another. Run by {@code make chaos SEED=... RUNS=...}; the same seed gives
 * the same faults.
 */
@EnabledIfSystemProperty(named = "chaos.seed", matches = "[0-9]+")
@Tag("cluster")
@Tag("slow")
class ChaosTest {
    private static final long SEED = Long.getLong("chaos.seed", 1);
    private static final int RUNS = Integer.getInteger("chaos.runs", 1);
    private static final int RECORDS = Integer.getInteger("chaos.records", 8_000);
    /** Limit of each agent, low enough that the job outlasts its faults. */
    private static final long BYTES_PER_SECOND = 20 << 10;

    private static final int FAULTS_PER_JOB = 3;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void randomFaultsNeitherLoseARecordNorRepeatWork() throws Exception {
        for (int run = 0; run < RUNS; run++) {
            runJobWithFaults(SEED + run, Files.createDirectory(directory.resolve("run-" + run)));
        }
    }

    private static void runJobWithFaults(long seed, Path directory) throws Exception {
        System.out.printf("SEED=%d%n", seed);
        Random random = new Random(seed);
        try (ClusterUnderTest cluster = new ClusterUnderTest(directory, RECORDS, seed, BYTES_PER_SECOND)) {
            cluster.evacuate();
            for (int i = 0; i < FAULTS_PER_JOB; i++) {
                Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
                long settled = JobWatch.settled(cluster.awaitSettledOrEnded(0));
                JsonNode job = cluster.awaitSettledOrEnded(settled + 200 + random.nextInt(RECORDS / 10));
                if (JobWatch.settled(job) > RECORDS * 8L / 10) {
                    System.out.printf("  the job has nearly ended; %s is skipped%n", fault);
                } else {
                    fault.inject(cluster, job, random);
                }
            }
            RunReport report = cluster.awaitReport();
            System.out.printf(
                    "  SEED=%d: the job took %.0f s; %d fetches repeated, %d violations%n",
                    seed,
                    report.seconds(),
                    report.fetchedAgain(),
                    report.violations().size());
            assertThat(report.violations()).as("SEED=%d", seed).isEmpty();
        }
    }
}
