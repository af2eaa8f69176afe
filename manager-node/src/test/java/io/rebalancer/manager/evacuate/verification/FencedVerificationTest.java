package io.rebalancer.manager.evacuate.verification;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.RegisteredJob;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nothing is read before every other job has no way to write to the node, also when questions or answers are lost. */
@Tag("slow")
class FencedVerificationTest {
    private static final ActorTestKit KIT = TestSettings.kit("fenced-verification");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final StorageNodeId LEAVING = location(1).storageNode();
    private static final UUID OWN = new UUID(0, 1);
    private static final UUID FIRST = new UUID(0, 2);
    private static final UUID SECOND = new UUID(0, 3);

    private final TestProbe<RegistryMessage> registry = KIT.createTestProbe();
    private final TestProbe<Question> questions = KIT.createTestProbe();
    private final TestProbe<VerificationEvent> listener = KIT.createTestProbe();

    private record Question(UUID job, JobMessage.AskInFlightTo ask) {
        void answer(int assignments, boolean fenced) {
            ask.replyTo().tell(new JobMessage.InFlightTo(job, assignments, fenced));
        }
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void start() {
        RecordsInMemory records = new RecordsInMemory();
        records.put(1, 1, 2, 3);
        KIT.spawn(FencedVerification.create(
                new VerificationResources(records, new ScanPermits(() -> 4), Clock.systemUTC()),
                registry.getRef(),
                (job, ask) -> questions.getRef().tell(new Question(job, ask)),
                OWN,
                LEAVING,
                listener.getRef()));
    }

    private void list(UUID... running) {
        registry.expectMessageClass(RegistryMessage.ListJobs.class, TIMEOUT)
                .replyTo()
                .tell(new RegistryMessage.Jobs(Arrays.stream(running)
                        .map(id -> new RegisteredJob(id, location(2), 0, Instant.EPOCH, false, false))
                        .toList()));
    }

    private Question question() {
        return questions.receiveMessage(TIMEOUT);
    }

    private String waiting() {
        return listener.expectMessageClass(VerificationEvent.FenceWaiting.class, TIMEOUT)
                .detail();
    }

    private void awaitFinished() {
        VerificationEvent event = listener.receiveMessage(TIMEOUT);
        while (!(event instanceof VerificationEvent.Finished)) {
            event = listener.receiveMessage(TIMEOUT);
        }
    }

    @Test
    void readingBeginsAtOnceIfNoOtherJobRuns() {
        start();
        list(OWN);
        assertThat(waiting()).contains("registry");
        listener.expectMessageClass(VerificationEvent.FenceCleared.class, TIMEOUT);
        awaitFinished();
        questions.expectNoMessage(Duration.ZERO);
    }

    @Test
    void aLostListAndALostAnswerAreAskedForAgainAndAClearedJobIsNot() {
        start();
        registry.expectMessageClass(RegistryMessage.ListJobs.class, TIMEOUT);
        list(OWN, FIRST, SECOND);
        assertThat(question().job()).isEqualTo(FIRST);
        question().answer(0, true);
        // The first question had no answer, so it is asked again; the second job was cleared.
        list(OWN, FIRST, SECOND);
        Question again = question();
        assertThat(again.job()).isEqualTo(FIRST);
        again.answer(0, true);
        awaitFinished();
    }

    @Test
    void aJobWithAssignmentsInFlightOrWithoutTheFenceHoldsReadingUp() {
        start();
        list(OWN, FIRST);
        question().answer(3, true);
        list(OWN, FIRST);
        question().answer(0, false);
        list(OWN, FIRST);
        assertThat(waiting()).contains("registry");
        assertThat(waiting()).contains("has 3 assignments in flight");
        assertThat(waiting()).contains("does not know of the fence");
        question().answer(0, true);
        listener.expectMessageClass(VerificationEvent.FenceCleared.class, TIMEOUT);
        awaitFinished();
    }

    @Test
    void aJobThatEndsHoldsNothingUp() {
        start();
        list(OWN, FIRST);
        question().answer(3, true);
        list(OWN);
        awaitFinished();
    }
}
