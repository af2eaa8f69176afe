package io.rebalancer.core.agent;

import io.rebalancer.core.assignment.Reason;
import java.util.Optional;
import java.util.UUID;

/**
 * The result of one copy task.
 *
 * @param failure reason of the failure, or empty if the copy is verified and durable
 * @param detail the failure for people, or empty text
 * @param created whether this assignment created the file; false if the file already existed
 * @param bytes content bytes fetched for the copy
 */
public record TaskResult(UUID objectId, Optional<Reason> failure, String detail, boolean created, long bytes) {

    /** The same result for a file that is not this assignment's alone. */
    TaskResult found() {
        return new TaskResult(objectId, failure, detail, false, bytes);
    }
}
