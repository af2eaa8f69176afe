package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.Decision;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.JournalOperation;
import org.apache.pekko.persistence.testkit.ProcessingPolicy;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.StorageFailure;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PAUSED is what agents have confirmed; a job continues where the pause has interrupted it. */
@Tag("slow")
class PausedJobTest {
    private static final ActorTestKit KIT = ActorTestKit.create("paused", JobFixture.config());
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final StorageNodeId DESTINATION = location(3).storageNode();

    private final TestProbe<Assignment> orders = KIT.createTestProbe();
    private final AtomicBoolean confirming = new AtomicBoolean(true);
    private final AtomicBoolean canPause = new AtomicBoolean(true);
    private final RecordsInMemory records = new RecordsInMemory();
    private final PausingAgent agent = new PausingAgent();
    private JobFixture fixture = new JobFixture(KIT, records, agent);

    /** Hands every assignment of a new epoch to the test. */
    private final class PausingAgent extends PlayedAgent {
        private final List<Long> assignedIn = new CopyOnWriteArrayList<>();
        private final List<Long> pausedIn = new CopyOnWriteArrayList<>();

        @Override
        public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
            boolean isNew = !assignedIn.contains(token.epoch());
            assignedIn.add(token.epoch());
            job.tell(new JobMessage.AssignmentAccepted(assignment.id(), 0));
            if (isNew) {
                orders.getRef().tell(assignment);
            }
        }

        @Override
        public void pause(FencingToken token, StorageNodeId node, ActorRef<JobMessage> job) {
            pausedIn.add(token.epoch());
            if (confirming.get()) {
                super.pause(token, node, job);
            }
        }

        @Override
        public boolean canPause(StorageNodeId node, UUID assignmentId) {
            return canPause.get();
        }
    }

    @BeforeEach
    void start() {
        records.put(1, 1, 1, 2);
        fixture.create();
    }

    @AfterEach
    void heal() {
        JOURNAL.resetPolicy();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private JobMessage.JobReply order(Function<ActorRef<JobMessage.JobReply>, JobMessage> order) {
        TestProbe<JobMessage.JobReply> reply = KIT.createTestProbe();
        fixture.job.tell(order.apply(reply.getRef()));
        return reply.receiveMessage(JobFixture.TIMEOUT);
    }

    private JobMessage.JobReply pause() {
        return order(JobMessage.PauseJob::new);
    }

    private void resume() {
        assertThat(order(JobMessage.ResumeJob::new)).isInstanceOf(JobMessage.JobStands.class);
    }

    private void awaitPhase(JobPhase phase) {
        await().atMost(JobFixture.TIMEOUT).until(() -> fixture.phase() == phase);
    }

    private Assignment receive() {
        return orders.receiveMessage(JobFixture.TIMEOUT);
    }

    private void report(Assignment assignment) {
        fixture.job.tell(new JobMessage.CopiesReported(assignment.id(), DESTINATION, List.of()));
    }

    private void endWell() {
        assertThat(fixture.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(fixture.state().counts().settled().total()).isEqualTo(1);
        assertThat(records.copies(1)).containsExactly(location(3), location(2));
    }

    @Test
    void aPausedJobGivesNoOrderAndContinuesWithTheSameAssignment() {
        Assignment inFlight = receive();
        assertThat(pause()).isInstanceOf(JobMessage.JobStands.class);
        awaitPhase(JobPhase.PAUSED);
        int orders = agent.assignedIn.size();
        assertThat(pause())
                .isInstanceOfSatisfying(
                        JobMessage.JobStands.class,
                        job -> assertThat(job.waiting()).isEmpty());
        // An agent that was slow reports; the record is changed after the end of the pause only.
        report(inFlight);
        await().atMost(JobFixture.TIMEOUT).until(() -> fixture.state().copiedRecords() == 1);
        assertThat(records.copies(1)).containsExactly(location(1), location(2));
        assertThat(agent.assignedIn).hasSize(orders);
        resume();
        endWell();
        assertThat(agent.pausedIn).containsOnly(1L);
    }

    /** The epoch ends the pause of the agents, so it is a new one also if the manager is the same. */
    @Test
    void aResumedJobGivesItsAssignmentsAgainAsANewIncarnation() {
        Assignment inFlight = receive();
        pause();
        awaitPhase(JobPhase.PAUSED);
        resume();
        assertThat(receive()).isEqualTo(inFlight);
        assertThat(agent.assignedIn).contains(2L);
        resume();
        report(inFlight);
        endWell();
    }

    @Test
    void anAgentThatDoesNotConfirmIsNamedAndAskedUntilItDoes() {
        confirming.set(false);
        Assignment inFlight = receive();
        assertThat(pause())
                .isInstanceOfSatisfying(
                        JobMessage.JobStands.class,
                        job -> assertThat(job.waiting())
                                .filteredOn(wait -> wait.cause() == JobWait.Cause.PAUSE_UNCONFIRMED)
                                .extracting(JobWait::detail)
                                .containsExactly("the agent of " + DESTINATION
                                        + " has not confirmed that it writes nothing for the job"));
        await().atMost(JobFixture.TIMEOUT).until(() -> agent.pausedIn.size() > 3);
        assertThat(fixture.phase()).isEqualTo(JobPhase.PAUSING);
        // A confirmation of an earlier epoch states nothing about this pause.
        fixture.job.tell(new JobMessage.PauseConfirmed(DESTINATION, 0));
        int asked = agent.pausedIn.size();
        await().atMost(JobFixture.TIMEOUT).until(() -> agent.pausedIn.size() > asked + 1);
        assertThat(fixture.phase()).isEqualTo(JobPhase.PAUSING);
        confirming.set(true);
        awaitPhase(JobPhase.PAUSED);
        resume();
        report(inFlight);
        endWell();
    }

    @Test
    void aPauseCanBeUndoneBeforeItsAgentsHaveConfirmed() {
        confirming.set(false);
        Assignment inFlight = receive();
        pause();
        resume();
        assertThat(receive()).isEqualTo(inFlight);
        report(inFlight);
        endWell();
    }

    /** The next incarnation asks again, because it does not know what agents have confirmed to the one before. */
    @Test
    void aPauseSurvivesTheLossOfTheManager() {
        confirming.set(false);
        Assignment inFlight = receive();
        pause();
        KIT.stop(fixture.job);
        fixture = new JobFixture(KIT, records, agent, fixture.id, fixture.spaceBroker, Duration.ofMillis(10));
        await().atMost(JobFixture.TIMEOUT).until(() -> agent.pausedIn.contains(2L));
        assertThat(fixture.phase()).isEqualTo(JobPhase.PAUSING);
        confirming.set(true);
        awaitPhase(JobPhase.PAUSED);
        KIT.stop(fixture.job);
        fixture = new JobFixture(KIT, records, agent, fixture.id, fixture.spaceBroker, Duration.ofMillis(10));
        awaitPhase(JobPhase.PAUSED);
        assertThat(agent.assignedIn).containsOnly(1L);
        resume();
        assertThat(receive()).isEqualTo(inFlight);
        report(inFlight);
        endWell();
    }

    /** A legacy agent can't stop: the job is paused when it has reported, and its copies are committed afterwards. */
    @Test
    void anAgentThatCannotPauseIsNamedUntilItsCopiesHaveEnded() {
        canPause.set(false);
        confirming.set(false);
        Assignment inFlight = receive();
        pause();
        assertThat(fixture.stands().waiting())
                .extracting(JobWait::detail)
                .anyMatch(detail -> detail.contains("supports only the legacy HTTP API, which can't pause"));
        report(inFlight);
        awaitPhase(JobPhase.PAUSED);
        assertThat(records.copies(1)).containsExactly(location(1), location(2));
        resume();
        endWell();
    }

    @Test
    void aPausedJobIsCancelledAndItsCopiesAreDiscarded() {
        Assignment inFlight = receive();
        pause();
        awaitPhase(JobPhase.PAUSED);
        assertThat(order(JobMessage.CancelJob::new)).isInstanceOf(JobMessage.JobStands.class);
        assertThat(fixture.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isFalse();
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.CANCELLED);
        assertThat(List.copyOf(agent.released))
                .contains(new PendingRelease(inFlight.id(), DESTINATION, List.of(object(1))));
    }

    @Test
    void aCopyThatWasVerifiedBeforeThePauseIsCommittedWhenTheJobIsCancelled() {
        Assignment inFlight = receive();
        pause();
        awaitPhase(JobPhase.PAUSED);
        report(inFlight);
        order(JobMessage.CancelJob::new);
        fixture.ended.receiveMessage(JobFixture.TIMEOUT);
        assertThat(records.copies(1)).containsExactly(location(3), location(2));
    }

    /** The job starts again from its journal after each failed write; an operator repeats an order that was not answered. */
    @ParameterizedTest(name = "write {0} fails")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void aPauseSurvivesAWriteThatFailsOnce(int n) {
        Assignment inFlight = receive();
        AtomicInteger writes = new AtomicInteger();
        failWrites(() -> writes.incrementAndGet() == n);
        repeatUntil(JobMessage.PauseJob::new, JobPhase.PAUSED);
        int given = agent.assignedIn.size();
        assertThat(records.copies(1)).containsExactly(location(1), location(2));
        repeatUntil(JobMessage.ResumeJob::new, JobPhase.RUNNING);
        await().atMost(JobFixture.TIMEOUT).until(() -> agent.assignedIn.size() > given);
        await().atMost(JobFixture.TIMEOUT).until(() -> {
            report(inFlight);
            return fixture.phase().terminal();
        });
        endWell();
    }

    /** Nothing is asked of agents before the pause is stored; it is possible as soon as the journal works again. */
    @Test
    void aJobWhoseJournalFailsIsNotPaused() {
        Assignment inFlight = receive();
        failWrites(() -> true);
        fixture.job.tell(new JobMessage.PauseJob(
                KIT.<JobMessage.JobReply>createTestProbe().getRef()));
        assertThat(fixture.phase()).isEqualTo(JobPhase.RUNNING);
        assertThat(agent.pausedIn).isEmpty();
        JOURNAL.resetPolicy();
        repeatUntil(JobMessage.PauseJob::new, JobPhase.PAUSED);
        resume();
        await().atMost(JobFixture.TIMEOUT).until(() -> {
            report(inFlight);
            return fixture.phase().terminal();
        });
        endWell();
    }

    private void failWrites(BooleanSupplier failing) {
        String id = "EvacuateJob|" + fixture.id;
        JOURNAL.withPolicy((ProcessingPolicy<JournalOperation>) (persistenceId, operation) ->
                persistenceId.equals(id) && operation instanceof WriteEvents && failing.getAsBoolean()
                        ? StorageFailure.create()
                        : ProcessingSuccess.getInstance());
    }

    private void repeatUntil(Function<ActorRef<JobMessage.JobReply>, JobMessage> order, JobPhase phase) {
        await().atMost(JobFixture.TIMEOUT).until(() -> {
            fixture.job.tell(
                    order.apply(KIT.<JobMessage.JobReply>createTestProbe().getRef()));
            return fixture.phase() == phase;
        });
    }

    @Test
    void aJobThatHasEndedIsNotPausedAndTheRefusalNamesWhatIsPossible() {
        report(receive());
        fixture.ended.receiveMessage(JobFixture.TIMEOUT);
        for (JobMessage.JobReply reply : List.of(pause(), order(JobMessage.ResumeJob::new))) {
            assertThat(reply).isInstanceOfSatisfying(JobMessage.JobRefusal.class, refusal -> {
                assertThat(refusal.code()).isEqualTo(Decision.Code.JOB_NOT_RUNNING);
                assertThat(refusal.detail()).contains("DONE", "possible now: retry");
            });
        }
    }
}
