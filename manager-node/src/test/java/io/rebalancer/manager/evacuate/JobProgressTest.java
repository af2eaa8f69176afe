package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.JobMessage.ProgressReported;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.explain.ObjectInFlight;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A job reports which objects are in flight, and what its stages did. */
class JobProgressTest {
    private static final ActorTestKit KIT = ActorTestKit.create("progress", JobFixture.config());
    private static final StorageNodeId DESTINATION = location(3).storageNode();

    private final TestProbe<Assignment> orders = KIT.createTestProbe();
    private final RecordsInMemory records = new RecordsInMemory();
    private final JobFixture fixture = new JobFixture(KIT, records, new PlayedAgent() {
        @Override
        void reply(Assignment assignment, ActorRef<JobMessage> job) {
            orders.getRef().tell(assignment);
        }
    });

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private JobMessage.JobReply ask(List<UUID> objects) {
        TestProbe<JobMessage.JobReply> reply = KIT.createTestProbe();
        fixture.job.tell(new JobMessage.AskProgress(objects, reply.getRef()));
        return reply.receiveMessage(JobFixture.TIMEOUT);
    }

    private ProgressReported progress(UUID object) {
        return (ProgressReported) ask(List.of(UUID.randomUUID(), object));
    }

    @Test
    void anObjectIsInFlightUntilItsRecordIsCommitted() {
        assertThat(ask(List.of())).isInstanceOf(JobMessage.JobRefusal.class);
        records.put(1, 1, 1, 2);
        fixture.create();
        Assignment planned = orders.receiveMessage(JobFixture.TIMEOUT);
        UUID object = planned.tasks().get(0).objectId();

        assertThat(progress(object).inFlight()).singleElement().satisfies(each -> {
            assertThat(each.assignmentId()).isEqualTo(planned.id());
            assertThat(each.destination()).isEqualTo(planned.destination());
            assertThat(each.state()).isEqualTo(AssignmentState.PLANNED);
            assertThat(each.plannedAt()).isPresent();
        });
        fixture.job.tell(new JobMessage.AssignmentAccepted(planned.id(), 0));
        await().atMost(JobFixture.TIMEOUT)
                .untilAsserted(() -> assertThat(progress(object).inFlight())
                        .extracting(ObjectInFlight::state)
                        .containsExactly(AssignmentState.ACCEPTED));

        fixture.job.tell(new JobMessage.CopiesReported(planned.id(), DESTINATION, List.of()));
        await().atMost(JobFixture.TIMEOUT).until(() -> fixture.phase() == JobPhase.DONE);
        ProgressReported ended = progress(object);
        assertThat(ended.inFlight()).isEmpty();
        assertThat(ended.rates().placed()).isEqualTo(1);
        assertThat(ended.rates().copied()).isEqualTo(1);
        assertThat(ended.rates().committed()).isEqualTo(1);
        assertThat(ended.pass().orElseThrow().estimate().basis()).isEqualTo("unknown, because the job has ended");
    }

    @Test
    void aPassThatHasJustBegunHasNoEstimateAndStatesWhy() {
        records.put(1, 1, 1, 2);
        fixture.create();
        UUID object = orders.receiveMessage(JobFixture.TIMEOUT).tasks().get(0).objectId();
        await().atMost(JobFixture.TIMEOUT)
                .untilAsserted(() -> assertThat(progress(object).pass())
                        .hasValueSatisfying(pass -> assertThat(pass.estimate().basis())
                                .startsWith("unknown, because the rate is measured after 20 s of work")));
    }
}
