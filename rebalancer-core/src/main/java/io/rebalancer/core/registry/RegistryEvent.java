package io.rebalancer.core.registry;

import io.rebalancer.core.object.CopyLocation;
import java.time.Instant;
import java.util.UUID;

/** A fact about the list of jobs, as stored in the journal. Class names and members are part of the stored format. */
public sealed interface RegistryEvent {

    /** A job was ordered; from now on its node receives nothing. */
    record JobRegistered(UUID jobId, CopyLocation leaving, long maxRecords, Instant at) implements RegistryEvent {}

    /** A job is over; its node may be emptied again. */
    record JobClosed(UUID jobId, boolean failed) implements RegistryEvent {}
}
