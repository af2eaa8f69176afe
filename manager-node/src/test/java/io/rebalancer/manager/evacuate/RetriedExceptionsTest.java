package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.RetrySelection;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A job for some exceptions of an ended job looks at these only, and waits until their list is complete. */
@Tag("slow")
class RetriedExceptionsTest {
    private static final ActorTestKit KIT = ActorTestKit.create("retried", JobFixture.config());
    private static final UUID ENDED = new UUID(8, 8);
    private static final RetrySelection SELECTION = new RetrySelection(ENDED, 9, Set.of(Reason.MD5_MISMATCH));

    private final RecordsInMemory records = new RecordsInMemory();
    private final PlayedAgent agent = new PlayedAgent();
    private final JobFixture fixture = new JobFixture(KIT, records, agent);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void create() {
        fixture.job.tell(new JobMessage.CreateRetry(
                location(1),
                SELECTION,
                KIT.<JobMessage.JobReply>createTestProbe().getRef()));
    }

    @Test
    void theSelectedExceptionsAreMovedWithoutAScan() {
        records.put(1, 1, 1, 2);
        records.put(2, 2, 1, 2);
        create();
        assertThat(fixture.ended.receiveMessage(JobFixture.TIMEOUT).emptied())
                .as("nothing is proved about other records")
                .isFalse();
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.LIMIT_REACHED);
        assertThat(fixture.state().settled().relocated()).isEqualTo(2);
        assertThat(records.selected).isNotEmpty().containsOnly(ENDED);
        assertThat(fixture.state().order().orElseThrow().selection()).contains(SELECTION);
    }

    @Test
    void theListHasToIncludeAllEventsOfTheEndedJob() {
        records.put(1, 1, 1, 2);
        records.listIsComplete = false;
        create();
        await().atMost(JobFixture.TIMEOUT)
                .until(() -> fixture.stands().waiting().stream()
                        .anyMatch(wait -> wait.cause() == JobWait.Cause.EXCEPTIONS_BEHIND));
        assertThat(agent.assigned).isEmpty();
        records.listIsComplete = true;
        fixture.ended.receiveMessage(JobFixture.TIMEOUT);
        assertThat(fixture.state().settled().relocated()).isEqualTo(1);
    }
}
