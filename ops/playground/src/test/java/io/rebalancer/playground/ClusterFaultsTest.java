package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Injects one fault into a running job. Run by {@code make test-cluster}, because a job that lasts long enough for a
 * fault takes minutes.
 */
@EnabledIfSystemProperty(named = "cluster.records", matches = "[0-9]+")
@Tag("cluster")
@Tag("slow")
class ClusterFaultsTest {
    private static final int RECORDS = Integer.getInteger("cluster.records", 20_000);

    /** Names of the faults to inject; all if empty. */
    private static final Set<String> FAULTS = Set.of(
                    System.getProperty("cluster.faults", "").split(","))
            .stream()
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toUnmodifiableSet());

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void theJobSurvivesTheFault(Fault fault) throws Exception {
        assumeTrue(FAULTS.isEmpty() || FAULTS.contains(fault.name()));
        Random random = new Random(fault.ordinal());
        try (ClusterUnderTest cluster = new ClusterUnderTest(directory, RECORDS, fault.ordinal() + 1L, 0)) {
            cluster.evacuate();
            JsonNode job = cluster.awaitSettled(RECORDS / 10L);
            System.out.printf("%s at %d of %d records%n", fault, JobWatch.settled(job), RECORDS);
            fault.inject(cluster, job, random);
            RunReport report = cluster.awaitReport();
            System.out.printf(
                    "  the job took %.0f s; %d fetches repeated, %d violations%n",
                    report.seconds(), report.fetchedAgain(), report.violations().size());
            assertThat(report.violations()).isEmpty();
        }
    }
}
