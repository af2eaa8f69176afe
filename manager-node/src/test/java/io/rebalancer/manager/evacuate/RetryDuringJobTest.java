package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.Decision;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.JournalOperation;
import org.apache.pekko.persistence.testkit.ProcessingPolicy;
import org.apache.pekko.persistence.testkit.ProcessingResult;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.StorageFailure;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An operator orders a job that runs to retry exceptions with a reason for which no further pass would follow. Without the
 * order, the job ends as DONE_WITH_EXCEPTIONS.
 */
@Tag("slow")
class RetryDuringJobTest {
    private static final ActorTestKit KIT = ActorTestKit.create("retry-during", JobFixture.config());
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final Reason REASON = Reason.BAD_MANTA_OBJECT;

    private final AtomicInteger scans = new AtomicInteger();
    private final RecordsInMemory records = new RecordsInMemory() {
        @Override
        public ShardCursor open(int shard, StorageNodeId leaving, io.rebalancer.core.evacuate.ScanPosition from) {
            scans.incrementAndGet();
            return super.open(shard, leaving, from);
        }
    };
    private volatile boolean replying;
    private volatile int failingAttempts = 1;
    private final PlayedAgent agent = new PlayedAgent() {
        @Override
        void reply(Assignment assignment, ActorRef<JobMessage> job) {
            List<Assignment> distinct = assigned.stream().distinct().toList();
            if (!replying) {
                return;
            }
            if (distinct.indexOf(assignment) >= failingAttempts) {
                super.reply(assignment, job);
                return;
            }
            UnmovedRecord failed = new UnmovedRecord(ref(1), UnmovedRecord.Kind.FAILED, REASON, "no such owner");
            job.tell(new JobMessage.CopiesReported(
                    assignment.id(), assignment.destination().storageNode(), List.of(failed)));
        }
    };
    private final JobFixture fixture = new JobFixture(KIT, records, agent);

    @AfterEach
    void heal() {
        JOURNAL.resetPolicy();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private TestProbe<JobMessage.JobReply> order() {
        TestProbe<JobMessage.JobReply> reply = KIT.createTestProbe();
        fixture.job.tell(new JobMessage.RetryExceptions(Set.of(REASON), reply.getRef()));
        return reply;
    }

    private void startWithOneAssignment() {
        records.put(1, 1, 1, 2);
        fixture.create();
        await().atMost(JobFixture.TIMEOUT).until(() -> !agent.assigned.isEmpty());
    }

    private void assertRetriedWithoutAScan() {
        assertThat(fixture.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.DONE);
        assertThat(records.selected).isNotEmpty().containsOnly(fixture.id);
        assertThat(fixture.state().verification()).isPresent();
    }

    @Test
    void theNextPassLooksTheExceptionsUpAndAVerificationFollows() {
        startWithOneAssignment();
        JobMessage.JobStands ordered = order().expectMessageClass(JobMessage.JobStands.class, JobFixture.TIMEOUT);
        assertThat(ordered.state().phase()).isEqualTo(JobPhase.RUNNING);
        replying = true;
        assertRetriedWithoutAScan();
        assertThat(scans)
                .as("only the first pass scans")
                .hasValue(records.shards().size());
    }

    /** The list of exceptions is behind, so the job waits before its second pass. */
    @Test
    void anOrderBetweenTwoPassesIsCarriedOutByTheNextOne() {
        startWithOneAssignment();
        order().expectMessageClass(JobMessage.JobStands.class, JobFixture.TIMEOUT);
        records.listIsComplete = false;
        replying = true;
        await().atMost(JobFixture.TIMEOUT).until(() -> fixture.phase() == JobPhase.WAITING);
        JobMessage.JobStands waiting = order().expectMessageClass(JobMessage.JobStands.class, JobFixture.TIMEOUT);
        assertThat(waiting.state().phase()).isEqualTo(JobPhase.WAITING);
        records.listIsComplete = true;
        assertRetriedWithoutAScan();
    }

    @Test
    void aJobWhoseExceptionStaysEndsWithItAfterTheRetry() {
        failingAttempts = Integer.MAX_VALUE;
        startWithOneAssignment();
        order().expectMessageClass(JobMessage.JobStands.class, JobFixture.TIMEOUT);
        replying = true;
        assertThat(fixture.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isFalse();
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
        assertThat(fixture.state().unmoved().failedBy()).isEqualTo(Map.of(REASON, 1L));
        assertThat(records.selected).containsOnly(fixture.id);
        assertThat(agent.assigned.stream().distinct().count())
                .as("the first pass, the ordered one, and a pass over all exceptions")
                .isEqualTo(3);
        JobMessage.JobRefusal refusal = order().expectMessageClass(JobMessage.JobRefusal.class, JobFixture.TIMEOUT);
        assertThat(refusal.code()).isEqualTo(Decision.Code.JOB_NOT_RUNNING);
        assertThat(refusal.detail()).contains("DONE_WITH_EXCEPTIONS", "retry");
    }

    /** Fails the writes of orders to this job whose number, from 1, passes the test. */
    private void failOrders(IntPredicate failing) {
        AtomicInteger orders = new AtomicInteger();
        JOURNAL.withPolicy(new ProcessingPolicy<JournalOperation>() {
            @Override
            public ProcessingResult tryProcess(String id, JournalOperation operation) {
                boolean isOrder = id.equals("EvacuateJob|" + fixture.id)
                        && operation instanceof WriteEvents write
                        && write.batch().mkString().contains("RetryOrdered");
                return isOrder && failing.test(orders.incrementAndGet())
                        ? StorageFailure.create()
                        : ProcessingSuccess.getInstance();
            }
        });
    }

    @Test
    void anOrderThatIsNotStoredOnceIsRepeated() {
        failOrders(number -> number == 1);
        // The incarnation after the failure meets the record again.
        failingAttempts = 2;
        startWithOneAssignment();
        order().expectNoMessage(Duration.ofMillis(200));
        order().expectMessageClass(JobMessage.JobStands.class, JobFixture.TIMEOUT);
        replying = true;
        assertRetriedWithoutAScan();
    }

    @Test
    void anOrderThatIsNeverStoredLeavesTheJobAsItIs() {
        failOrders(number -> true);
        startWithOneAssignment();
        order().expectNoMessage(Duration.ofMillis(200));
        order().expectNoMessage(Duration.ofMillis(200));
        failingAttempts = Integer.MAX_VALUE;
        replying = true;
        assertThat(fixture.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isFalse();
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
        assertThat(records.selected).isEmpty();
    }
}
