package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.Entities;
import io.rebalancer.core.audit.AuditActor;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.registry.RegistryEvent;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit log gets each decision of the system once, in order, whatever fails on the way. */
@Tag("slow")
class DecisionRecorderTest extends ReadSideFixture {
    private static final JobEvent ENDED = new JobEvent.JobEnded(JobPhase.DONE, "", CREATED);
    private static final List<String> ALL =
            List.of("node.fence", "job.take-over", "job.start-pass", "job.end", "node.drain");

    private void storeWholeJob(int number) {
        storeJob(
                number,
                created(number),
                new JobEvent.IncarnationBegan(1, CREATED, false),
                passStarted(1),
                passFinished(1),
                ENDED);
        events.add(
                Entities.JOB_REGISTRY_ID,
                new RegistryEvent.JobClosed(job(number), false, Optional.of(new RegistryEvent.Closing(true, CREATED))));
    }

    private static List<String> actions(List<AuditFact> facts) {
        return facts.stream().map(AuditFact::action).toList();
    }

    /** The projections of the job and of the registry run side by side, so only the order within each is fixed. */
    private void awaitAll() {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(actions(trail.facts())).containsExactlyInAnyOrderElementsOf(ALL));
    }

    private void awaitMarks(ReadSide readSide) {
        await().atMost(TIMEOUT).until(() -> readSide.tables().decisions().countUnrecorded() == 0);
    }

    @ParameterizedTest
    @EnumSource
    void eachDecisionIsRecordedOnceWithItsSubject(Database database) throws Exception {
        ReadSide readSide = open(database);
        storeWholeJob(1);
        project(readSide);
        awaitAll();
        assertThat(actions(trail.facts()))
                .containsSubsequence("job.take-over", "job.start-pass", "job.end")
                .containsSubsequence("node.fence", "node.drain");
        assertThat(trail.facts()).allSatisfy(fact -> {
            assertThat(fact.who()).isEqualTo(AuditActor.SYSTEM);
            assertThat(fact.result()).isEqualTo("decided");
            assertThat(fact.request()).isZero();
            assertThat(fact.subject())
                    .isEqualTo(
                            fact.action().startsWith("node.")
                                    ? node(1).storageNode().toString()
                                    : job(1).toString());
        });
    }

    @ParameterizedTest
    @EnumSource
    void anAuditLogThatFailsOnceGetsEachDecision(Database database) throws Exception {
        ReadSide readSide = open(database);
        trail.fail(1);
        storeWholeJob(1);
        project(readSide);
        awaitAll();
        awaitMarks(readSide);
    }

    /** Lists and history continue, and the decisions wait. */
    @ParameterizedTest
    @EnumSource
    void anAuditLogThatFailsForLongGetsEachDecisionAfterwards(Database database) throws Exception {
        ReadSide readSide = open(database);
        trail.fail(Integer.MAX_VALUE);
        storeWholeJob(1);
        project(readSide);
        awaitProjection(readSide, 1);
        await().atMost(TIMEOUT).until(() -> trail.failuresLeft() < Integer.MAX_VALUE - 2);
        await().atMost(TIMEOUT).until(() -> readSide.tables().decisions().countUnrecorded() == ALL.size());
        assertThat(trail.facts()).isEmpty();
        trail.fail(0);
        awaitAll();
        awaitMarks(readSide);
    }

    @ParameterizedTest
    @EnumSource
    void aDecisionWhoseAcknowledgementIsLostIsTheSameFactAgain(Database database) throws Exception {
        ReadSide readSide = open(database);
        trail.loseReplies(3);
        storeWholeJob(1);
        project(readSide);
        awaitAll();
        awaitMarks(readSide);
        assertThat(trail.appends()).isEqualTo(ALL.size() + 3);
    }

    @ParameterizedTest
    @EnumSource
    void aSecondProjectorAndEmptiedTablesRecordNothingAgain(Database database) throws Exception {
        ReadSide readSide = open(database);
        storeWholeJob(1);
        ActorRef<Projector.Command> first = project(readSide);
        awaitAll();
        awaitMarks(readSide);
        kit.stop(first);
        readSide.tables().clear();
        project(readSide);
        awaitProjection(readSide, 1);
        storeWholeJob(2);
        await().atMost(TIMEOUT).until(() -> trail.facts().size() == 2 * ALL.size());
        awaitMarks(readSide);
        assertThat(trail.appends()).as("no fact is sent again").isEqualTo(2 * ALL.size());
    }

    /** A repeated attempt meets facts that the audit log has and the table does not know as recorded. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void aMarkThatFailsIsRepeated(int times) throws Exception {
        ReadSide reliable = open(Database.H2);
        storeWholeJob(1);
        ActorRef<Projector.Command> first = project(reliable, new FactsInMemory());
        awaitMarks(reliable);
        kit.stop(first);
        reliable.tables().read(handle -> handle.execute("update system_decision set recorded = false"));
        AtomicInteger faults = new AtomicInteger(times);
        project(
                new ReadSide(
                        () -> {
                            if (trail.appends() > 0 && faults.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                                throw new SQLException("the connection broke");
                            }
                            return reliable.connections().openConnection();
                        },
                        reliable.pool(),
                        reliable.blocking(),
                        reliable.states()),
                trail);
        awaitAll();
        awaitMarks(reliable);
        assertThat(faults).hasValue(0);
    }
}
