package io.rebalancer.core.registry;

import io.rebalancer.core.object.CopyLocation;
import java.time.Instant;
import java.util.UUID;

/** A fact about the list of jobs, stored in the journal. Class names and members are part of the stored format. */
public sealed interface RegistryEvent {

    /** A job was created. From now on its leaving node receives no copies. */
    record JobRegistered(UUID jobId, CopyLocation leaving, long maxRecords, Instant at) implements RegistryEvent {}

    /** A job ended. Another job may now empty its node. */
    record JobClosed(UUID jobId, boolean failed) implements RegistryEvent {}
}
