package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Object 1 is on nodes 1 and 2, and no source has a good copy of it. */
@Tag("slow")
class LostObjectTest {
    private static final ActorTestKit KIT = ActorTestKit.create("lost", JobFixture.config());

    private final RecordsInMemory records = new RecordsInMemory();
    private int attemptsThatFail = Integer.MAX_VALUE;
    private final PlayedAgent agent = new PlayedAgent() {
        @Override
        void reply(Assignment assignment, ActorRef<JobMessage> job) {
            if (assigned.stream().distinct().count() > attemptsThatFail) {
                super.reply(assignment, job);
                return;
            }
            UnmovedRecord lost = new UnmovedRecord(
                    ref(1),
                    UnmovedRecord.Kind.FAILED,
                    Reason.UNRECOVERABLE,
                    "2.stor answered 404; 1.stor answered 404");
            job.tell(new JobMessage.CopiesReported(
                    assignment.id(), assignment.destination().storageNode(), List.of(lost)));
        }
    };
    private final JobFixture fixture = new JobFixture(KIT, records, agent);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void anObjectThatStaysLostIsTriedAgainAndThenListedWithItsReason() {
        records.put(1, 1, 1, 2);
        fixture.create();
        assertThat(fixture.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isFalse();
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
        assertThat(fixture.state().unmoved().failedBy()).isEqualTo(Map.of(Reason.UNRECOVERABLE, 1L));
        assertThat(agent.assigned.stream().distinct().count()).isGreaterThan(1);
    }

    @Test
    void anObjectThatIsRestoredMovesInTheNextPass() {
        attemptsThatFail = 1;
        records.put(1, 1, 1, 2);
        fixture.create();
        assertThat(fixture.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(fixture.state().unmoved().total()).isZero();
        assertThat(records.copies(1)).containsExactly(location(3), location(2));
    }

    /** Before each read of the record, a user's client has added another copy to it. */
    @Test
    void anObjectIsNotLostIfItsRecordNamesANodeThatWasNotAsked() {
        AtomicInteger further = new AtomicInteger(100);
        RecordsInMemory changed = new RecordsInMemory() {
            @Override
            public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
                put(1, 1, 1, 2, further.incrementAndGet());
                return super.read(ref);
            }
        };
        changed.put(1, 1, 1, 2);
        JobFixture job = new JobFixture(KIT, changed, agent);
        job.create();
        job.ended.receiveMessage(JobFixture.TIMEOUT);
        assertThat(job.state().unmoved().failedBy()).isEmpty();
        assertThat(job.state().unmoved().skippedBy()).isEqualTo(Map.of(Reason.SOURCE_OBJECT_NOT_FOUND, 1L));
    }
}
