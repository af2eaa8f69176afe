package io.rebalancer.core.registry;

import io.rebalancer.core.object.CopyLocation;
import java.time.Instant;
import java.util.UUID;

/**
 * A job as the registry knows it.
 *
 * @param maxRecords how many records the job may take up, or 0 for all
 * @param ended whether the job is over
 * @param failed whether it ended because it could not go on
 */
public record RegisteredJob(
        UUID id, CopyLocation leaving, long maxRecords, Instant createdAt, boolean ended, boolean failed) {}
