package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A job whose journal was restored from a copy begins an epoch beyond the one that agents know. */
@Tag("slow")
class FencedJobTest {
    private static final ActorTestKit KIT = ActorTestKit.create("fenced-job", JobFixture.config());
    private static final UUID ASSIGNMENT = new UUID(1, 1);

    private final RecordsInMemory records = new RecordsInMemory();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** An agent that got orders of a later incarnation. */
    private static class FencingAgent extends PlayedAgent {
        final AtomicInteger refusals = new AtomicInteger();
        private final AtomicLong known;

        FencingAgent(long known) {
            this.known = new AtomicLong(known);
        }

        /** The epoch that this agent knows when it gets an order with {@code epoch}. */
        long knownEpoch(long epoch) {
            return known.accumulateAndGet(epoch, Math::max);
        }

        private boolean refuses(FencingToken token, UUID assignmentId, StorageNodeId node, ActorRef<JobMessage> job) {
            long epoch = knownEpoch(token.epoch());
            boolean refuses = epoch > token.epoch();
            if (refuses) {
                refusals.incrementAndGet();
                job.tell(new JobMessage.OrderFenced(assignmentId, node, epoch));
            }
            return refuses;
        }

        @Override
        public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
            if (!refuses(token, assignment.id(), assignment.destination().storageNode(), job)) {
                super.assign(token, assignment, job);
            }
        }

        @Override
        public void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job) {
            if (!refuses(token, release.assignmentId(), release.node(), job)) {
                super.release(token, release, job);
            }
        }
    }

    private JobFixture start(PlayedAgent agent) {
        for (int number = 1; number <= 3; number++) {
            records.put(number, number, 1, 2);
        }
        JobFixture fixture = new JobFixture(KIT, records, agent);
        fixture.create();
        return fixture;
    }

    @Test
    void aFencedJobOvertakesTheFenceAndEnds() {
        FencingAgent agent = new FencingAgent(5);
        JobFixture fixture = start(agent);
        await().atMost(JobFixture.TIMEOUT)
                .until(() -> fixture.phase().terminal() && fixture.state().releasesPending() == 0);
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.DONE);
        assertThat(fixture.state().epoch()).isGreaterThanOrEqualTo(6);
        assertThat(agent.refusals).hasPositiveValue();
    }

    @Test
    void theRefusedOrderOfAnEarlierIncarnationDoesNotDisturbTheCurrentOne() {
        FencingAgent agent = new FencingAgent(5) {
            @Override
            void reply(Assignment assignment, ActorRef<JobMessage> job) {
                job.tell(new JobMessage.AssignmentAccepted(assignment.id(), 0));
            }
        };
        JobFixture fixture = start(agent);
        await().atMost(JobFixture.TIMEOUT).until(() -> fixture.state().epoch() == 6);
        long revision = fixture.stands().revision();
        for (long known : new long[] {1, 5, 6}) {
            fixture.job.tell(new JobMessage.OrderFenced(ASSIGNMENT, location(3).storageNode(), known));
        }
        assertThat(fixture.state().epoch()).isEqualTo(6);
        assertThat(fixture.stands().revision()).isGreaterThanOrEqualTo(revision);
    }

    /** Another manager with a separate journal takes the agents back each time. */
    @Test
    void aFenceThatReturnsForEverHolds() {
        FencingAgent agent = new FencingAgent(5) {
            @Override
            long knownEpoch(long epoch) {
                return epoch + 1;
            }
        };
        JobFixture fixture = start(agent);
        await().atMost(JobFixture.TIMEOUT).until(() -> agent.refusals.get() > 40);
        assertThat(fixture.state().epoch()).isLessThanOrEqualTo(2 + 2 * 16);
        assertThat(agent.assigned).isEmpty();
    }
}
