package io.rebalancer.persistence.readside;

import java.time.Instant;
import org.apache.pekko.persistence.query.EventEnvelope;

/**
 * The change that one stored event makes.
 *
 * @param persistenceId whose event it is
 * @param sequenceNr of the event
 * @param storedAt when the event was stored
 */
record StoredChange<E>(String persistenceId, long sequenceNr, Instant storedAt, E change) {

    static <E> StoredChange<E> of(EventEnvelope event, E change) {
        return new StoredChange<>(
                event.persistenceId(), event.sequenceNr(), Instant.ofEpochMilli(event.timestamp()), change);
    }

    /** Another change of the same event. */
    StoredChange<E> with(E other) {
        return new StoredChange<>(persistenceId, sequenceNr, storedAt, other);
    }
}
