package io.rebalancer.persistence.readside;

/**
 * A job's state as the tables store it.
 *
 * @param sequenceNr of the last event that the state includes
 * @param serializer the id of Pekko's serializer
 * @param manifest the class and its version, for the serializer
 * @param text the serialized state, compressed, in Base64: the one type of unlimited length that PostgreSQL and H2 share
 */
record StoredState(long sequenceNr, int serializer, String manifest, String text) {}
