package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.plan.DestinationShare;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanProgress;
import io.rebalancer.core.plan.UnmovableRecords;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.plan.FleetSnapshot;
import io.rebalancer.manager.plan.PlanInput;
import io.rebalancer.manager.plan.PlanRun;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job does what its plan states: over the same records, with the same production planner. */
@Tag("slow")
class PlanEqualsJobTest {
    private static final ActorTestKit KIT = ActorTestKit.create("plan-and-job", JobFixture.config());
    private static final int OBJECTS = 2000;
    private static final List<Integer> DESTINATIONS = List.of(3, 4, 5, 6, 7);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** Each tenth object has a further record, often in the other shard; each hundredth can't move. */
    private static RecordsInMemory records() {
        RecordsInMemory records = new RecordsInMemory();
        for (int each = 0; each < OBJECTS; each++) {
            records.put(each, each, 1, each % 100 == 0 ? 3 : 2);
            if (each % 10 == 5) {
                records.put(OBJECTS + each + each / 10 % 2, each, 1, 2);
            }
        }
        return records;
    }

    @Test
    void objectsBytesAndReasonsAreThoseOfTheJob() {
        RecordsInMemory records = records();
        PlanProgress plan = plan(records, JobFixture.NODE_3, 1);
        assertThat(plan.state()).as("%s", plan).isEqualTo(PlanProgress.State.READY);
        assertThat(records.puts()).isZero();

        JobFixture fixture = new JobFixture(KIT, records, new PlayedAgent());
        fixture.create();
        fixture.ended.receiveMessage(Duration.ofSeconds(60));
        JobOutline job = fixture.state();
        assertThat(plan.moves().objects())
                .isEqualTo(job.counts().settled().relocated())
                .isEqualTo(OBJECTS - OBJECTS / 100);
        assertThat(plan.moves().bytes()).isEqualTo(job.counts().settled().bytes());
        assertThat(plan.moves().records()).isEqualTo(OBJECTS + OBJECTS / 10);
        assertThat(plan.unmovable())
                .singleElement()
                .matches(each -> each.reason() == Reason.OBJECT_ALREADY_ON_DEST_SHARK);
        assertThat(plan.unmovable().stream()
                        .mapToLong(UnmovableRecords::records)
                        .sum())
                .isEqualTo(job.counts().skipped())
                .isEqualTo(OBJECTS / 100);
        assertThat(plan.moves().destinations())
                .singleElement()
                .matches(each -> each.destination().equals(location(3)));
    }

    /**
     * A region where the copies of each object leave it one destination, or none, so the draws do not matter. Each object has up to
     * three records.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theDestinationsOfEachRegionAreThoseOfTheJob(long seed) {
        RecordsInMemory records = new RecordsInMemory();
        Random random = new Random(seed);
        int objects = 500 + random.nextInt(1000);
        int next = objects;
        for (int each = 0; each < objects; each++) {
            int[] copies = copies(random);
            records.put(each, each, copies);
            for (int further = random.nextInt(12); further > 9; further--) {
                records.put(next++, each, copies);
            }
        }
        List<StorageNode> destinations = DESTINATIONS.stream()
                .map(number -> new StorageNode(
                        location(number).storageNode(),
                        "dc" + number,
                        10_000 + random.nextInt(50_000),
                        random.nextInt(50)))
                .toList();
        Map<Integer, List<CopyLocation>> before = new HashMap<>();
        for (int each = 0; each < objects; each++) {
            before.put(each, records.copies(each));
        }
        PlanProgress plan = plan(records, destinations, seed);
        assertThat(plan.state()).as("%s", plan).isEqualTo(PlanProgress.State.READY);

        JobFixture fixture = new JobFixture(KIT, records, new PlayedAgent(), destinations);
        fixture.create();
        fixture.ended.receiveMessage(Duration.ofSeconds(60));
        JobOutline job = fixture.state();
        Map<CopyLocation, Long> moved = new HashMap<>();
        before.forEach((object, copies) -> records.copies(object).stream()
                .filter(copy -> !copies.contains(copy))
                .forEach(copy -> moved.merge(copy, 1L, Long::sum)));
        assertThat(plan.moves().destinations())
                .hasSize(DESTINATIONS.size())
                .allSatisfy(share -> assertThat(share.bytes()).isEqualTo(5 * share.objects()));
        assertThat(plan.moves().destinations().stream()
                        .collect(Collectors.toMap(DestinationShare::destination, DestinationShare::objects)))
                .isEqualTo(moved);
        assertThat(plan.moves().bytes()).isEqualTo(job.counts().settled().bytes());
        assertThat(plan.unmovable().stream()
                        .mapToLong(UnmovableRecords::records)
                        .sum())
                .isEqualTo(job.counts().skipped())
                .isPositive();
        assertThat(plan.moves().records()).isEqualTo(next);
    }

    /** On the leaving node, and on all destinations but one at random; sometimes on all. */
    private static int[] copies(Random random) {
        int free = random.nextInt(20) == 0 ? -1 : DESTINATIONS.get(random.nextInt(DESTINATIONS.size()));
        return IntStream.concat(
                        IntStream.of(1),
                        DESTINATIONS.stream().mapToInt(number -> number).filter(number -> number != free))
                .toArray();
    }

    private static PlanProgress plan(RecordsInMemory records, List<StorageNode> destinations, long seed) {
        ActorRef<SpaceMessage> broker = KIT.<SpaceMessage>createTestProbe().getRef();
        TestProbe<RegistryMessage.JobEnded> unused = KIT.createTestProbe();
        TestProbe<PlanRun.Progress> progress = KIT.createTestProbe();
        KIT.spawn(PlanRun.create(
                new PlanInput(
                        UUID.randomUUID(),
                        PlanOrder.of(location(1), 0),
                        new FleetSnapshot(
                                new DestinationCandidates(true, destinations, List.of(), List.of()),
                                List.of(),
                                List.of()),
                        seed,
                        Duration.ofMinutes(10)),
                JobFixture.resources(KIT, records, new PlayedAgent(), broker, unused.getRef())
                        .planning(),
                progress.getRef()));
        PlanProgress last = progress.receiveMessage(JobFixture.TIMEOUT).found();
        while (last.state() == PlanProgress.State.RUNNING) {
            last = progress.receiveMessage(JobFixture.TIMEOUT).found();
        }
        return last;
    }
}
