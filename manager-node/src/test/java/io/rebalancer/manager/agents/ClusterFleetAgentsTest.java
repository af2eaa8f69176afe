package io.rebalancer.manager.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.AgentMessage.OperatorRequest;
import io.rebalancer.cluster.order.OrderSender;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable.Code;
import io.rebalancer.core.port.HeldAssignments;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.StorageNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** An operator's requests to agents: deadlines, late replies, and agents that can't be asked. */
class ClusterFleetAgentsTest {
    private static final ActorTestKit KIT = ActorTestKit.create("agents");
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.d");
    private static final CopyLimits LIMITS = new CopyLimits(0, 0, 8, 4, 0, 95);
    private static final UUID ID = new UUID(0, 1);

    private final TestProbe<AgentMessage> agent = KIT.createTestProbe();
    private final List<StorageNodeId> calledOverHttp = new ArrayList<>();
    private boolean isMember = true;
    private boolean isOverHttp;
    private CompletionStage<List<FleetNode>> fleet =
            CompletableFuture.completedFuture(List.of(new FleetNode(new StorageNode(NODE, "dc1", 1, 1), true)));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private ClusterFleetAgents agents(Duration deadline) {
        AgentCalls calls = new AgentCalls(
                new OrderSender(KIT.system(), node -> agent.getRef(), Optional.empty()),
                node -> isMember,
                node -> {
                    calledOverHttp.add(node);
                    return isOverHttp;
                },
                () -> fleet);
        return new ClusterFleetAgents(calls, deadline);
    }

    private ClusterFleetAgents agents() {
        return agents(Duration.ofSeconds(10));
    }

    private OperatorRequest request() {
        return agent.expectMessageClass(OperatorRequest.class);
    }

    private static AgentControl.AgentStatus status(int running) {
        return new AgentControl.AgentStatus(
                NODE.text(), "flushed", CopyGate.OPEN, LIMITS, 8, running, 0, 0, 0, List.of(), 0);
    }

    private static <T> Throwable failure(CompletionStage<T> stage) {
        return Failures.rootCause(
                stage.handle((done, failure) -> failure).toCompletableFuture().join());
    }

    private static <T> void assertFails(CompletionStage<T> stage, Code code, String... details) {
        assertThat(failure(stage)).isInstanceOfSatisfying(AgentUnavailable.class, unavailable -> {
            assertThat(unavailable.code()).isEqualTo(code);
            assertThat(unavailable).hasMessageContainingAll(details);
        });
    }

    @Test
    void eachRequestGetsItsReply() {
        CompletionStage<AgentControl.AgentStatus> status =
                agents().control(NODE).status();
        request().replyTo().tell(new AgentMessage.StatusReported(status(3)));
        assertThat(status.toCompletableFuture().join()).isEqualTo(status(3));

        LimitsChange change = new LimitsChange(
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalInt.of(2),
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalInt.empty());
        CompletionStage<CopyLimits> limits = agents().control(NODE).change(change);
        AgentMessage.ChangeLimits changes = (AgentMessage.ChangeLimits) request();
        assertThat(changes.change()).isEqualTo(change);
        changes.replyTo().tell(new AgentMessage.LimitsChanged(change.applyTo(LIMITS)));
        assertThat(limits.toCompletableFuture().join().parallelFetches()).isEqualTo(2);

        CompletionStage<AgentControl.GateStatus> gate = agents().control(NODE).setGate(CopyGate.STOPPED);
        AgentControl.GateStatus stopped = new AgentControl.GateStatus(CopyGate.STOPPED, false, 1);
        request().replyTo().tell(new AgentMessage.GateSet(stopped));
        assertThat(gate.toCompletableFuture().join()).isEqualTo(stopped);

        CompletionStage<HeldAssignments.HeldPage> list = agents().held(NODE).list(Optional.of(ID), 5);
        AgentMessage.ListHeld listed = (AgentMessage.ListHeld) request();
        assertThat(listed.after()).contains(ID);
        HeldAssignments.HeldPage page = new HeldAssignments.HeldPage(List.of(), false);
        listed.replyTo().tell(new AgentMessage.HeldListed(page));
        assertThat(list.toCompletableFuture().join()).isEqualTo(page);

        CompletionStage<HeldAssignments.Drop> drop = agents().held(NODE).drop(ID, true);
        AgentMessage.DropHeld dropped = (AgentMessage.DropHeld) request();
        assertThat(dropped.force()).isTrue();
        dropped.replyTo().tell(new AgentMessage.DropDecided(HeldAssignments.Drop.UNKNOWN));
        assertThat(drop.toCompletableFuture().join()).isEqualTo(HeldAssignments.Drop.UNKNOWN);
    }

    @Test
    void aReplyAfterTheDeadlineIsLostAndTheNextRequestGetsItsOwn() {
        CompletionStage<AgentControl.AgentStatus> first =
                agents(Duration.ofMillis(20)).control(NODE).status();
        OperatorRequest late = request();
        assertFails(first, Code.AGENT_NO_REPLY, NODE.text(), "may still carry the request out");
        CompletionStage<AgentControl.AgentStatus> second =
                agents().control(NODE).status();
        OperatorRequest next = request();
        late.replyTo().tell(new AgentMessage.StatusReported(status(1)));
        next.replyTo().tell(new AgentMessage.StatusReported(status(2)));
        assertThat(second.toCompletableFuture().join().running()).isEqualTo(2);
    }

    @Test
    void refusalsAndFailuresOfTheAgentAreReported() {
        CompletionStage<AgentControl.GateStatus> gate = agents().control(NODE).setGate(CopyGate.OPEN);
        request().replyTo().tell(new AgentMessage.RequestFailed("the disk is full"));
        assertFails(gate, Code.AGENT_FAILED, NODE.text(), "the disk is full");
        CompletionStage<AgentControl.GateStatus> refused =
                agents().control(NODE).setGate(CopyGate.OPEN);
        request().replyTo().tell(new AgentMessage.LimitsRefused("too low"));
        assertThatThrownBy(() -> refused.toCompletableFuture().join())
                .hasCauseInstanceOf(AgentControl.LimitsRefused.class);
    }

    @Test
    void anAgentThatIsAwayGetsNoMessage() {
        isMember = false;
        assertFails(agents().control(NODE).status(), Code.AGENT_UNREACHABLE, NODE.text(), "/api/v1/cluster");
        isOverHttp = true;
        assertFails(agents().held(NODE).drop(ID, true), Code.AGENT_NOT_IN_CLUSTER, "HTTP only");
        agent.expectNoMessage();
        isMember = true;
        CompletionStage<AgentControl.AgentStatus> status =
                agents().control(NODE).status();
        request().replyTo().tell(new AgentMessage.StatusReported(status(3)));
        assertThat(status.toCompletableFuture().join()).isEqualTo(status(3));
    }

    /** Any text can be the id in a request, and an id is a host. */
    @Test
    void aNodeThatStorinfoDoesNotListIsNeverCalled() {
        isMember = false;
        StorageNodeId other = new StorageNodeId("other.example.com");
        assertFails(agents().control(other).status(), Code.STORAGE_NODE_NOT_FOUND, "other.example.com");
        fleet = CompletableFuture.failedFuture(new IllegalStateException("storinfo is silent"));
        assertFails(agents().control(other).status(), Code.AGENT_UNREACHABLE, "other.example.com");
        assertThat(calledOverHttp).isEmpty();
    }
}
