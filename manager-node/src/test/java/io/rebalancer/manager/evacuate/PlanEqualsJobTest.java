package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanProgress;
import io.rebalancer.core.plan.UnmovableRecords;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.plan.PlanInput;
import io.rebalancer.manager.plan.PlanRun;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A job does what its plan states: over the same records, with the same production planner. */
class PlanEqualsJobTest {
    private static final ActorTestKit KIT = ActorTestKit.create("plan-and-job", JobFixture.config());
    private static final int OBJECTS = 2000;

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
        PlanProgress plan = plan(records);
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

    private static PlanProgress plan(RecordsInMemory records) {
        ActorRef<SpaceMessage> broker = KIT.spawn(SpaceBroker.create(Clock.systemUTC()));
        TestProbe<RegistryMessage.JobEnded> unused = KIT.createTestProbe();
        TestProbe<PlanRun.Progress> progress = KIT.createTestProbe();
        StorageNode only = new StorageNode(location(3).storageNode(), "dc3", 50_000, 10);
        KIT.spawn(PlanRun.create(
                new PlanInput(
                        UUID.randomUUID(),
                        PlanOrder.of(location(1), 0),
                        new DestinationCandidates(true, List.of(only), List.of(), List.of()),
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
