package io.rebalancer.core.evacuate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An estimate that is kept, so that its error shows when the pass has ended. Part of a stored event.
 *
 * @param percent share of the records that the pass was done with, as far as it was known
 * @param likely the pass ends earlier than this as often as later
 * @param late the pass ends earlier than this nine times out of ten
 * @param endedAt when the pass ended; empty until then
 */
public record EndEstimate(Instant madeAt, int percent, Instant likely, Instant late, Optional<Instant> endedAt) {

    /** The same estimate, of a pass that has ended. */
    public EndEstimate endingAt(Instant end) {
        return endedAt.isPresent() ? this : new EndEstimate(madeAt, percent, likely, late, Optional.of(end));
    }

    /** The time that the pass still took, as a multiple of the estimated time: 1 is exact, 2 is twice as long. */
    @JsonIgnore
    public Optional<Double> error() {
        return endedAt.map(end ->
                (double) Math.max(1, Duration.between(madeAt, end).toMillis())
                        / Math.max(1, Duration.between(madeAt, likely).toMillis()));
    }
}
