package io.rebalancer.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.RetrySelection;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A job for some exceptions of an ended job moves records away, so it takes nothing back that was proved about the node. */
class RetriedNodeTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final CopyLocation NODE = new CopyLocation("dc1", new StorageNodeId("1.stor.d"));
    private static final UUID FIRST = new UUID(0, 1);
    private static final UUID RETRY = new UUID(0, 2);
    private static final RetrySelection SELECTION = new RetrySelection(FIRST, 9, Set.of(Reason.MD5_MISMATCH));

    private static RegistryState drained() {
        return RegistryState.EMPTY
                .apply(new RegistryEvent.JobRegistered(FIRST, NODE, 0, NOW))
                .apply(new RegistryEvent.JobClosed(FIRST, false, Optional.of(new RegistryEvent.Closing(true, NOW))));
    }

    private static RegistryEvent retry() {
        return new RegistryEvent.JobRegistered(RETRY, NODE, 0, Optional.of(SELECTION), NOW);
    }

    @Test
    void aDrainedNodeStaysDrained() {
        RegistryState retried = drained().apply(retry());
        assertThat(retried.nodes().stateOf(NODE.storageNode())).isEqualTo(ServiceState.DRAINED);
        assertThat(retried.selectionOf(RETRY)).contains(SELECTION);
        assertThat(retried.activeOn(NODE.storageNode())).isPresent();
        RegistryState closed = retried.apply(
                new RegistryEvent.JobClosed(RETRY, false, Optional.of(new RegistryEvent.Closing(false, NOW))));
        assertThat(closed.nodes().stateOf(NODE.storageNode())).isEqualTo(ServiceState.DRAINED);
    }

    @Test
    void aNodeInServiceIsFenced() {
        RegistryState retried = RegistryState.EMPTY.apply(retry());
        assertThat(retried.nodes().stateOf(NODE.storageNode())).isEqualTo(ServiceState.FENCED);
    }

    @Test
    void aJobForAllRecordsHasToProveAgain() {
        RegistryState again = drained().apply(new RegistryEvent.JobRegistered(RETRY, NODE, 0, NOW));
        assertThat(again.nodes().stateOf(NODE.storageNode())).isEqualTo(ServiceState.FENCED);
        assertThat(again.selectionOf(RETRY)).isEmpty();
    }
}
