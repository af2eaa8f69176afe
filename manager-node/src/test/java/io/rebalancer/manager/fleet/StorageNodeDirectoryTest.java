package io.rebalancer.manager.fleet;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.agents.AgentGateway;
import io.rebalancer.manager.evacuate.TestSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class StorageNodeDirectoryTest {
    private static final ActorTestKit KIT = TestSettings.kit("directory");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Set<StorageNodeId> reachable = ConcurrentHashMap.newKeySet();
    private volatile List<StorageNode> listed = List.of(node(1), node(2), node(3));
    private final TestProbe<RegistryMessage> registry = KIT.createTestProbe();
    private final AgentAbsences absences = new AgentAbsences(() -> Duration.ZERO, Clock.systemUTC());
    private final TestProbe<DestinationCandidates> subscriber = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** Only reachability matters here. */
    private final class TestGateway implements AgentGateway {
        @Override
        public boolean isReachable(StorageNodeId node) {
            return reachable.contains(node);
        }

        @Override
        public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
            throw new AssertionError("the directory assigns nothing");
        }

        @Override
        public void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job) {
            throw new AssertionError("the directory releases nothing");
        }

        @Override
        public void pause(FencingToken token, StorageNodeId node, ActorRef<JobMessage> job) {
            throw new AssertionError("the directory pauses nothing");
        }

        @Override
        public boolean canPause(StorageNodeId node, UUID assignmentId) {
            throw new AssertionError("the directory pauses nothing");
        }

        @Override
        public boolean canDiscard(StorageNodeId node, UUID assignmentId) {
            throw new AssertionError("the directory discards nothing");
        }

        @Override
        public void forget(UUID assignmentId) {
            throw new AssertionError("the directory forgets nothing");
        }
    }

    private static StorageNode node(int number) {
        return new StorageNode(location(number).storageNode(), "dc" + number, 50_000, 10);
    }

    private ActorRef<StorageNodeDirectory.Command> start() {
        ActorRef<StorageNodeDirectory.Command> directory = KIT.spawn(StorageNodeDirectory.create(
                () -> CompletableFuture.completedFuture(listed),
                new TestGateway(),
                registry.getRef(),
                new NodesInService(),
                absences,
                Duration.ofMillis(200)));
        push(0);
        return directory;
    }

    /** The registry tells the directory which nodes are out of service. */
    private void push(long revision, NodeStatus... nodes) {
        registry.expectMessageClass(RegistryMessage.WatchNodes.class, TIMEOUT)
                .subscriber()
                .tell(new RegistryMessage.NodesOutOfService(revision, List.of(nodes)));
    }

    private DestinationCandidates nextKnown() {
        DestinationCandidates next = subscriber.receiveMessage(TIMEOUT);
        return next.known() ? next : subscriber.receiveMessage(TIMEOUT);
    }

    @Test
    void aSubscriberGetsTheNodesWhenTheyChange() {
        reachable.add(node(1).id());
        reachable.add(node(3).id());
        ActorRef<StorageNodeDirectory.Command> directory = start();
        directory.tell(new StorageNodeDirectory.Subscribe(subscriber.getRef()));
        assertThat(nextKnown())
                .isEqualTo(new DestinationCandidates(true, List.of(node(1), node(3)), List.of(node(2)), List.of()));
        // Another subscription shows that the directory has handled the repeated one.
        directory.tell(new StorageNodeDirectory.Subscribe(subscriber.getRef()));
        TestProbe<DestinationCandidates> other = KIT.createTestProbe();
        directory.tell(new StorageNodeDirectory.Subscribe(other.getRef()));
        assertThat(other.receiveMessage(TIMEOUT).known()).isTrue();
        subscriber.expectNoMessage(Duration.ZERO);

        reachable.add(node(2).id());
        assertThat(nextKnown().reachable()).containsExactly(node(1), node(2), node(3));
        listed = List.of(node(1), node(2));
        assertThat(nextKnown().reachable()).containsExactly(node(1), node(2));
        push(1, new NodeStatus(node(2).id(), ServiceState.DRAINED, new UUID(7, 1), Instant.EPOCH));
        assertThat(nextKnown())
                .isEqualTo(new DestinationCandidates(true, List.of(node(1)), List.of(), List.of(node(2))));
        assertThat(other.receiveMessage(TIMEOUT).reachable()).hasSize(3);
    }

    @Test
    void allListedNodesAreShownWithTheirAgents() {
        reachable.add(node(1).id());
        ActorRef<StorageNodeDirectory.Command> directory = start();
        TestProbe<Optional<List<FleetNode>>> reply = KIT.createTestProbe();
        await().atMost(TIMEOUT).until(() -> {
            directory.tell(new StorageNodeDirectory.GetFleet(reply.getRef()));
            return reply.receiveMessage(TIMEOUT).isPresent();
        });
        push(1, new NodeStatus(node(1).id(), ServiceState.DRAINED, new UUID(7, 1), Instant.EPOCH));
        directory.tell(new StorageNodeDirectory.GetFleet(reply.getRef()));
        assertThat(reply.receiveMessage(TIMEOUT).orElseThrow())
                .containsExactly(
                        new FleetNode(node(1), true), new FleetNode(node(2), false), new FleetNode(node(3), false));
    }

    @Test
    void aSubscriberThatStoppedIsForgotten() {
        ActorRef<StorageNodeDirectory.Command> directory = start();
        directory.tell(new StorageNodeDirectory.Subscribe(subscriber.getRef()));
        assertThat(nextKnown().unreachable()).hasSize(3);
        subscriber.stop();
        reachable.add(node(1).id());
        TestProbe<DestinationCandidates> reply = KIT.createTestProbe();
        directory.tell(new StorageNodeDirectory.GetCandidates(reply.getRef()));
        assertThat(reply.receiveMessage(TIMEOUT).reachable()).containsExactly(node(1));
    }

    /** A node may leave the list first and die then, or be out of service meanwhile. */
    @Test
    void theAgentsOfAllNodesAreObservedAlsoOfThoseThatAreNotListedAnyMore() {
        reachable.add(node(1).id());
        start();
        await().atMost(TIMEOUT).until(() -> absences.refusal(node(2).id()).isPresent());
        assertThat(absences.refusal(node(1).id())).isEmpty();
        listed = List.of(node(3));
        reachable.remove(node(1).id());
        await().atMost(TIMEOUT).until(() -> absences.refusal(node(1).id()).isPresent());
        reachable.add(node(2).id());
        await().atMost(TIMEOUT).until(() -> absences.refusal(node(2).id()).isEmpty());
    }
}
