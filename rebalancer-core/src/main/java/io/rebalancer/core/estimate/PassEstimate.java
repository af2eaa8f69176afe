package io.rebalancer.core.estimate;

import java.time.Instant;
import java.util.Optional;

/**
 * When the pass ends that runs now.
 *
 * @param likely the pass ends earlier than this as often as later; empty if it is not known
 * @param late the pass ends earlier than this nine times out of ten; empty if it is not known
 * @param percent share of its records that the pass is done with; empty if it is not known
 * @param basis what the estimate rests on, or a text that begins with "unknown, because"
 */
public record PassEstimate(Optional<Instant> likely, Optional<Instant> late, Optional<Integer> percent, String basis) {

    /** @param why completes the sentence "unknown, because" */
    public static PassEstimate unknown(String why) {
        return new PassEstimate(Optional.empty(), Optional.empty(), Optional.empty(), "unknown, because " + why);
    }
}
