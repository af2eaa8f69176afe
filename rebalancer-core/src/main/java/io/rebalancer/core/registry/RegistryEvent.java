package io.rebalancer.core.registry;

import io.rebalancer.core.evacuate.RetrySelection;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** A fact about the list of jobs, stored in the journal. Class names and members are part of the stored format. */
public sealed interface RegistryEvent {

    /**
     * A job was created. From now on its storage node is fenced: it receives no copies.
     *
     * @param selection as in {@link io.rebalancer.core.evacuate.EvacuateOrder}
     */
    record JobRegistered(
            UUID jobId, CopyLocation leaving, long maxRecords, Optional<RetrySelection> selection, Instant at)
            implements RegistryEvent {
        /** A job that looks at all records. */
        public JobRegistered(UUID jobId, CopyLocation leaving, long maxRecords, Instant at) {
            this(jobId, leaving, maxRecords, Optional.empty(), at);
        }
    }

    /**
     * A job ended. Another job may now empty its storage node, which stays out of service.
     *
     * @param closing empty if an earlier build stored the event
     */
    record JobClosed(UUID jobId, boolean failed, Optional<Closing> closing) implements RegistryEvent {}

    /**
     * How a job ended.
     *
     * @param emptied whether a verification found no record that names the storage node
     */
    record Closing(boolean emptied, Instant at) {}

    /** An operator put a storage node back in service: it receives copies again. */
    record NodeRecommissioned(StorageNodeId node, Instant at) implements RegistryEvent {}

    /** An operator keeps copies away from a storage node. */
    record NodeExcluded(StorageNodeId node, Instant at) implements RegistryEvent {}

    /** An operator took a drained storage node out of the fleet for good. */
    record NodeRemoved(StorageNodeId node, Instant at) implements RegistryEvent {}
}
