package io.rebalancer.persistence.log;

/**
 * The position of a named reader. The log keeps every event that the reader has not acknowledged.
 *
 * @param next offset of the first event that the reader has not acknowledged
 * @param movedMillis time of the last acknowledgement, or of the registration, in ms since 1970
 */
public record Cursor(String name, long next, long movedMillis) {}
