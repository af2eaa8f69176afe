package io.rebalancer.persistence.query;

/**
 * A snapshot of an entity.
 *
 * @param sequenceNr the number of the last event that the state includes
 */
public record StoredSnapshot(long sequenceNr, Object state) {}
