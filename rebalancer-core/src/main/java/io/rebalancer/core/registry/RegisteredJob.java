package io.rebalancer.core.registry;

import io.rebalancer.core.object.CopyLocation;
import java.time.Instant;
import java.util.UUID;

/**
 * A job in the registry.
 *
 * @param leaving the node that the job empties
 * @param maxRecords highest number of records that the job may discover, or 0 for all
 * @param ended whether the job is in a terminal phase
 * @param failed whether the job ended in phase {@code FAILED}
 */
public record RegisteredJob(
        UUID id, CopyLocation leaving, long maxRecords, Instant createdAt, boolean ended, boolean failed) {}
