package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.StorageInventory;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.manager.fleet.AgentAbsences;
import io.rebalancer.manager.fleet.NodesInService;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three jobs with the weights 1, 2 and 4 fill the same destinations up to 95 % of what these may take. While all are busy, each
 * gets its share; no fill ceiling is crossed; all end with every object moved.
 */
@Tag("slow")
class WeightedJobsTest {
    private static final int[] WEIGHTS = {1, 2, 4};
    private static final int SHARES = 7;
    private static final int OBJECTS = 6_000;
    private static final int DESTINATIONS = 4;
    private static final int MAX_FILL_PERCENT = 95;
    private static final double JOINT_SPACE_USED = 0.95;
    private static final double MAX_DEVIATION = 0.15;
    private static final Duration TIMEOUT = Duration.ofMinutes(3);

    private static long bytes(SimulatedTier tier) {
        return IntStream.range(0, tier.count())
                .mapToLong(i -> tier.record(i).sizeBytes())
                .sum();
    }

    private static long[] relocated(SimulatedManager manager, List<UUID> jobs) throws Exception {
        long[] counts = new long[jobs.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = manager.reply(jobs.get(i)).state().settled().relocated();
        }
        return counts;
    }

    @Test
    void jobsThatShareDestinationsGetTheSharesOfTheirWeights(@TempDir Path directory) throws Exception {
        List<SimulatedTier> tiers = IntStream.rangeClosed(1, WEIGHTS.length)
                .mapToObj(number -> new SimulatedTier(SimulatedManager.leaving(number), OBJECTS, 2))
                .toList();
        long mib = tiers.stream().mapToLong(WeightedJobsTest::bytes).sum() >> 20;
        // Half of each disk is used, so this many percent of it are free below the fill ceiling.
        long diskMib = (long) (mib / JOINT_SPACE_USED / DESTINATIONS / (MAX_FILL_PERCENT - 50) * 100);
        List<StorageNodeId> nodes = IntStream.rangeClosed(11, 10 + DESTINATIONS)
                .mapToObj(number -> new StorageNodeId(number + ".stor.us-east.example.com"))
                .toList();
        EvacuateSettings settings = TestSettings.evacuate("""
                rebalancer.evacuate {
                  max-tasks-per-assignment = 20, max-assignment-age = 200ms, retry-pause-min = 200ms, retry-pause-max = 1s
                  reminder-interval = 500ms
                }
                rebalancer.placement { max-fill-percent = %d, min-free-mib = 0 }
                """.formatted(MAX_FILL_PERCENT));
        try (SharedAgents agents = new SharedAgents(nodes, diskMib, MAX_FILL_PERCENT);
                SimulatedManager manager = new SimulatedManager(new JournalSettings.Embedded(directory))) {
            manager.project(manager.journal().reader(manager.kit().system()));
            SimulatedManager.Fleet fleet = fleet(manager, agents, settings);
            List<UUID> jobs = new ArrayList<>();
            for (int i = 0; i < WEIGHTS.length; i++) {
                UUID job = manager.start(tiers.get(i), fleet);
                jobs.add(job);
                manager.jobs()
                        .changeSettings(job, SettingsChange.of(SettingName.WEIGHT, WEIGHTS[i]), "test")
                        .toCompletableFuture()
                        .get();
            }
            assertShares(manager, jobs);
            for (UUID job : jobs) {
                JobOutline ended = manager.awaitEnd(job);
                assertThat(ended.phase()).as(ended.reason()).isEqualTo(JobPhase.DONE);
                assertThat(ended.settled().relocated()).isEqualTo(OBJECTS);
            }
            assertThat(agents.mostBytesBeyondCeiling()).isZero();
        }
    }

    private static SimulatedManager.Fleet fleet(
            SimulatedManager manager, SharedAgents agents, EvacuateSettings settings) {
        Clock clock = Clock.systemUTC();
        StorageInventory storinfo = () -> CompletableFuture.completedFuture(agents.storageNodes());
        return new SimulatedManager.Fleet(
                manager.kit()
                        .spawn(StorageNodeDirectory.create(
                                storinfo,
                                agents,
                                manager.registry(),
                                new NodesInService(),
                                new AgentAbsences(settings::agentLostAfter, clock),
                                Duration.ofMillis(100))),
                manager.kit().spawn(SpaceBroker.create(clock)),
                agents,
                settings);
    }

    /** Between the moments when the heaviest job has moved a fifth, and four fifths, of its objects. */
    private static void assertShares(SimulatedManager manager, List<UUID> jobs) throws Exception {
        int heaviest = jobs.size() - 1;
        await().atMost(TIMEOUT).until(() -> relocated(manager, jobs)[heaviest] > OBJECTS / 5);
        long[] before = relocated(manager, jobs);
        await().atMost(TIMEOUT).until(() -> relocated(manager, jobs)[heaviest] > OBJECTS * 4 / 5);
        long[] after = relocated(manager, jobs);
        long total = IntStream.range(0, jobs.size())
                .mapToLong(i -> after[i] - before[i])
                .sum();
        for (int i = 0; i < jobs.size(); i++) {
            double share = (double) (after[i] - before[i]) / total;
            double wanted = (double) WEIGHTS[i] / SHARES;
            assertThat(Math.abs(share / wanted - 1))
                    .as("weight %d: a share of %.3f, wanted %.3f", WEIGHTS[i], share, wanted)
                    .isLessThanOrEqualTo(MAX_DEVIATION);
        }
    }
}
