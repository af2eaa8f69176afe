package io.rebalancer.persistence.log;

/**
 * How far a named reader of a log is. The log keeps what it has not acknowledged.
 *
 * @param next number of the first event that it has not acknowledged
 * @param movedMillis when it last acknowledged something, or began, in ms since 1970
 */
public record Cursor(String name, long next, long movedMillis) {}
