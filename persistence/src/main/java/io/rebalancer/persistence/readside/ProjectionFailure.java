package io.rebalancer.persistence.readside;

import java.time.Instant;
import java.util.UUID;

/**
 * A job whose events can't be projected at the moment. Its rows stay as they are; those of other jobs are not affected.
 *
 * @param since when the first attempt failed
 * @param nextTry when the projector tries again
 * @param attempts the number of attempts that failed in a row
 * @param cause of the last attempt: after which event, and why; one line
 */
public record ProjectionFailure(UUID jobId, Instant since, Instant nextTry, int attempts, String cause) {}
