package io.rebalancer.core.explain;

import java.util.List;
import java.util.Optional;

/**
 * The attempts of a job to move a record that did not move it.
 *
 * @param unmoved whether the job lists the record as unmoved; then the first attempt is the one that left it
 * @param attempts the last ones, newest first; at most {@link #MAX_ATTEMPTS}
 * @param total the number of attempts since the record was listed, or since an earlier build began to count; at least as
 *     many as {@code attempts} if {@code unmoved}
 */
public record AttemptHistory(boolean unmoved, List<Attempt> attempts, int total) {
    /** The attempts that are kept of a record. */
    public static final int MAX_ATTEMPTS = 10;

    /** No attempt left the record. */
    public static final AttemptHistory NONE = new AttemptHistory(false, List.of(), 0);

    public AttemptHistory {
        attempts = List.copyOf(attempts);
    }

    /** The attempt because of which the record is listed as unmoved. */
    public Optional<Attempt> last() {
        return unmoved ? attempts.stream().findFirst() : Optional.empty();
    }
}
