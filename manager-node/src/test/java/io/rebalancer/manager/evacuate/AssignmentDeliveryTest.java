package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

/** An assignment does not wait for ever: not for an agent that is away, nor busy, nor reachable and stalled. */
class AssignmentDeliveryTest {
    private static final FencingToken TOKEN = new FencingToken(new UUID(7, 7), 1);
    /** One object of 60 MiB, which gets one minute for its bytes. */
    private static final Assignment ASSIGNMENT = new Assignment(
            new UUID(1, 1),
            location(3),
            List.of(new CopyTask(
                    RecordsInMemory.ref(1),
                    RecordsInMemory.object(1),
                    RecordsInMemory.OWNER,
                    60L << 20,
                    new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                    List.of())));

    private final SettableClock clock = new SettableClock();
    private final EvacuateSettings settings = TestSettings.evacuate(
            "rebalancer.evacuate { agent-lost-after = 60s, timeouts { busy-agent = 5m, stalled-agent = 30m } }");
    private final SilentAgent agent = new SilentAgent();
    private int mostPerAgent = Integer.MAX_VALUE;
    private final AssignmentDelivery delivery = new AssignmentDelivery(
            agent,
            () -> settings,
            () -> mostPerAgent,
            clock,
            TestInbox.<JobMessage>create().getRef());

    /** Takes assignments and does not reply. */
    private static final class SilentAgent extends PlayedAgent {
        private final List<UUID> orders = new ArrayList<>();
        private boolean reachable = true;

        @Override
        public boolean isReachable(StorageNodeId node) {
            return reachable;
        }

        @Override
        void reply(Assignment assignment, ActorRef<JobMessage> job) {
            // The test replies.
            orders.add(assignment.id());
        }
    }

    private Optional<Reason> remindAfter(Duration time) {
        clock.pass(time);
        return delivery.remind(TOKEN, ASSIGNMENT).map(JobInternalMessage.GiveUp::reason);
    }

    @Test
    void anAgentThatIsAwayForTooLongLosesTheAssignment() {
        agent.reachable = false;
        assertThat(delivery.deliver(TOKEN, ASSIGNMENT)).isEmpty();
        assertThat(remindAfter(Duration.ofSeconds(59))).isEmpty();
        assertThat(remindAfter(Duration.ofSeconds(1))).contains(Reason.DESTINATION_UNREACHABLE);
    }

    /** A job that was paused for long must not give its assignments up when it is resumed. */
    @Test
    void theTimeOfAPauseIsNoFaultOfTheAgent() {
        delivery.deliver(TOKEN, ASSIGNMENT);
        delivery.markAccepted(ASSIGNMENT.id(), 0);
        delivery.restartWaits();
        clock.pass(Duration.ofHours(8));
        assertThat(delivery.deliver(TOKEN, ASSIGNMENT)).isEmpty();
        delivery.markAccepted(ASSIGNMENT.id(), 0);
        assertThat(remindAfter(Duration.ofMinutes(30))).isEmpty();
        assertThat(remindAfter(Duration.ofMinutes(2))).contains(Reason.AGENT_STALLED);
    }

    @Test
    void anAgentThatIsBusyForTooLongLosesTheAssignment() {
        delivery.deliver(TOKEN, ASSIGNMENT);
        assertThat(delivery.markBusy(ASSIGNMENT.id(), "32 assignments")).isEmpty();
        clock.pass(Duration.ofMinutes(4));
        assertThat(delivery.markBusy(ASSIGNMENT.id(), "32 assignments")).isEmpty();
        clock.pass(Duration.ofMinutes(1));
        assertThat(delivery.markBusy(ASSIGNMENT.id(), "32 assignments")).isPresent();
    }

    @Test
    void anAgentThatMakesNoProgressLosesTheAssignmentAndProgressGivesItTime() {
        delivery.deliver(TOKEN, ASSIGNMENT);
        delivery.markAccepted(ASSIGNMENT.id(), 0);
        assertThat(remindAfter(Duration.ofMinutes(30)))
                .as("the bytes get a minute")
                .isEmpty();
        delivery.markAccepted(ASSIGNMENT.id(), 1);
        assertThat(remindAfter(Duration.ofMinutes(30))).isEmpty();
        delivery.markAccepted(ASSIGNMENT.id(), 1);
        assertThat(remindAfter(Duration.ofMinutes(1))).contains(Reason.AGENT_STALLED);
    }

    /** The setting may change at any time; what an agent has, it keeps. */
    @Test
    void anAgentGetsAsManyAssignmentsAtATimeAsTheSettingAllows() {
        Assignment second = new Assignment(new UUID(7, 2), ASSIGNMENT.destination(), ASSIGNMENT.tasks());
        mostPerAgent = 1;
        delivery.deliver(TOKEN, ASSIGNMENT);
        delivery.deliver(TOKEN, second);
        assertThat(agent.orders).containsExactly(ASSIGNMENT.id());
        clock.pass(Duration.ofHours(8));
        assertThat(delivery.remind(TOKEN, second))
                .as("that it waits is no fault")
                .isEmpty();
        delivery.stopReminding(ASSIGNMENT.id());
        delivery.remind(TOKEN, second);
        assertThat(agent.orders).containsExactly(ASSIGNMENT.id(), second.id());
    }

    @Test
    void aHigherLimitLetsWaitingAssignmentsGoWithTheNextReminder() {
        Assignment second = new Assignment(new UUID(7, 2), ASSIGNMENT.destination(), ASSIGNMENT.tasks());
        mostPerAgent = 1;
        delivery.deliver(TOKEN, ASSIGNMENT);
        delivery.deliver(TOKEN, second);
        mostPerAgent = 2;
        delivery.remind(TOKEN, second);
        assertThat(agent.orders).containsExactly(ASSIGNMENT.id(), second.id());
    }
}
