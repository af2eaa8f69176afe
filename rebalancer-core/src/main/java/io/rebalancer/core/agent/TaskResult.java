package io.rebalancer.core.agent;

import io.rebalancer.core.assignment.Reason;
import java.util.Optional;
import java.util.UUID;

/**
 * What became of one copy.
 *
 * @param failure why there is no copy, or empty when it is verified and flushed
 * @param detail the failure for people, or empty text
 * @param created whether this assignment made the file; false when it stood there already
 * @param bytes content bytes fetched for it
 */
public record TaskResult(UUID objectId, Optional<Reason> failure, String detail, boolean created, long bytes) {}
