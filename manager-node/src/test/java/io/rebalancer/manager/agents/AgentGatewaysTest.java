package io.rebalancer.manager.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

class AgentGatewaysTest {
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.d");
    private static final StorageNodeId HTTP_NODE = new StorageNodeId("2.stor.d");
    private static final FencingToken TOKEN = new FencingToken(new UUID(0, 7), 1);

    private final RecordingGateway cluster = new RecordingGateway();
    private final RecordingGateway http = new RecordingGateway();
    private final AgentGateways gateways = new AgentGateways(cluster, http, Set.of(HTTP_NODE));
    private final Assignment assignment = assignment(NODE);

    /** Lists its calls. */
    private static final class RecordingGateway implements AgentGateway {
        private final List<String> calls = new ArrayList<>();
        private boolean reachable;

        @Override
        public boolean isReachable(StorageNodeId node) {
            return reachable;
        }

        @Override
        public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
            calls.add("assign");
        }

        @Override
        public void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job) {
            calls.add("release");
        }

        @Override
        public void pause(FencingToken token, StorageNodeId node, ActorRef<JobMessage> job) {
            calls.add("pause");
        }

        @Override
        public boolean canPause(StorageNodeId node, UUID assignmentId) {
            return true;
        }

        @Override
        public boolean canDiscard(StorageNodeId node, UUID assignmentId) {
            return true;
        }

        @Override
        public void forget(UUID assignmentId) {
            calls.add("forget");
        }
    }

    private static Assignment assignment(StorageNodeId node) {
        return new Assignment(UUID.randomUUID(), new CopyLocation("dc1", node), List.of());
    }

    private void assign(Assignment each) {
        gateways.assign(TOKEN, each, TestInbox.<JobMessage>create().getRef());
    }

    @Test
    void aClusterMemberIsReachedThroughTheCluster() {
        cluster.reachable = true;
        assign(assignment);
        assertThat(cluster.calls).containsExactly("assign");
        assertThat(http.calls).isEmpty();
    }

    @Test
    void aNodeConfiguredForHttpIsReachedOverHttpOnly() {
        cluster.reachable = true;
        assertThat(gateways.isReachable(HTTP_NODE)).isFalse();
        assign(assignment(HTTP_NODE));
        assertThat(cluster.calls).isEmpty();
        assertThat(http.calls).containsExactly("assign");
    }

    @Test
    void anAssignmentKeepsItsGateway() {
        cluster.reachable = true;
        assign(assignment);
        cluster.reachable = false;
        assign(assignment);
        gateways.release(
                TOKEN,
                new PendingRelease(assignment.id(), NODE, List.of()),
                TestInbox.<JobMessage>create().getRef());
        assertThat(cluster.calls).containsExactly("assign", "assign", "release");
        assertThat(http.calls).isEmpty();
    }

    @Test
    void aForgottenAssignmentLeavesNothingBehind() {
        cluster.reachable = true;
        assign(assignment);
        gateways.forget(assignment.id());
        cluster.reachable = false;
        assign(assignment);
        assertThat(cluster.calls).containsExactly("assign", "forget");
        assertThat(http.calls).containsExactly("assign");
    }
}
