package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.console.PlaygroundFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Injects faults into a job at random times, one after another, while messages between the members are lost. Run by {@code make chaos
 * SEEDS=...}; the same seed gives the same faults.
 */
@EnabledIfSystemProperty(named = "chaos.seeds", matches = "[0-9]+(,[0-9]*)*")
@Tag("cluster")
@Tag("slow")
class ChaosTest {
    private static final long FIRST_SEED = Long.getLong("chaos.seed", 1);
    private static final int RECORDS = Integer.getInteger("chaos.records", 8_000);
    /** Limit of each agent, low enough that the job outlasts its faults. */
    private static final long BYTES_PER_SECOND = Integer.getInteger("chaos.bytes-per-second", 20 << 10);

    private static final int OTHER_FAULTS_PER_JOB = 2;
    private static final int MAX_STARTS = 3;
    /** Share of the messages between members that is lost during the whole job. */
    private static final double USUAL_LOSS = 0.01;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void randomFaultsNeitherLoseARecordNorRepeatWork() throws Exception {
        List<ChaosRow> rows = new ArrayList<>();
        for (long seed : seeds()) {
            Path run = Files.createDirectory(directory.resolve("run-" + seed));
            ChaosRow row = runJobWithFaults(seed, run);
            rows.add(row);
            System.out.println(row.line());
            if (row.violations().isEmpty()) {
                delete(run);
            }
        }
        System.out.println(ChaosRow.table(rows));
        assertThat(rows)
                .as("seeds with violations")
                .allMatch(row -> row.violations().isEmpty());
    }

    /** {@code 10} stands for ten seeds from the first on; {@code 3,7} for these seeds. */
    private static long[] seeds() {
        String text = System.getProperty("chaos.seeds", "1");
        return text.contains(",")
                ? Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray()
                : LongStream.range(FIRST_SEED, FIRST_SEED + Long.parseLong(text))
                        .toArray();
    }

    private static ChaosRow runJobWithFaults(long seed, Path directory) throws Exception {
        System.out.printf("SEED=%d%n", seed);
        ChaosRow row = new ChaosRow(seed);
        Random random = new Random(seed);
        try (ClusterUnderTest cluster = start(directory, seed)) {
            cluster.network().loseMessages(USUAL_LOSS);
            cluster.evacuate();
            for (Fault fault : faults(seed, random)) {
                long settled = JobWatch.settled(cluster.awaitSettledOrEnded(0));
                JsonNode job = cluster.awaitSettledOrEnded(settled + RECORDS / 40 + random.nextInt(RECORDS / 10));
                if (JobWatch.settled(job) > RECORDS * 8L / 10) {
                    System.out.printf("  the job has nearly ended; %s is skipped%n", fault);
                } else {
                    OptionalDouble failover = fault.inject(cluster, job, random);
                    row.add(fault, failover);
                }
            }
            RunReport report = cluster.awaitReport();
            row.end(report, cluster.network().lostMessages());
            assertThat(cluster.network().lostMessages())
                    .as("messages lost on their way")
                    .isPositive();
        } catch (Exception | AssertionError e) {
            // The other seeds run all the same.
            e.printStackTrace(System.out);
            row.fail(e);
        }
        return row;
    }

    /** Eight processes that start at the same time on a busy machine may take each other for lost, so a start is repeated. */
    private static ClusterUnderTest start(Path directory, long seed) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                return new ClusterUnderTest(
                        Files.createDirectory(directory.resolve("start-" + attempt)), RECORDS, seed, BYTES_PER_SECOND);
            } catch (PlaygroundFault e) {
                System.out.printf("  start %d failed: %s%n", attempt, e.getMessage());
                if (attempt == MAX_STARTS) {
                    throw e;
                }
            }
        }
    }

    /** The loss of many messages and two other faults, in random order. Five seeds in a row have every fault. */
    private static List<Fault> faults(long seed, Random random) {
        List<Fault> others = new ArrayList<>(EnumSet.complementOf(EnumSet.of(Fault.LOSE_MESSAGES)));
        List<Fault> faults = new ArrayList<>(List.of(Fault.LOSE_MESSAGES));
        for (long i = 0; i < OTHER_FAULTS_PER_JOB; i++) {
            faults.add(others.get(Math.floorMod(OTHER_FAULTS_PER_JOB * (seed - 1) + i, others.size())));
        }
        Collections.shuffle(faults, random);
        return faults;
    }

    private static void delete(Path top) throws IOException {
        try (Stream<Path> paths = Files.walk(top)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }
}
