package io.rebalancer.persistence.readside;

import java.time.Instant;

/**
 * The change that one stored event makes.
 *
 * @param persistenceId whose event it is
 * @param sequenceNr of the event
 * @param storedAt when the event was stored
 */
record StoredChange<E>(String persistenceId, long sequenceNr, Instant storedAt, E change) {}
