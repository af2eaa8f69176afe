package io.rebalancer.core.storage;

import java.util.Optional;

/**
 * A penalty as an operator sees it.
 *
 * @param faults assignments that the destination did not carry out for this cause, since the first of the penalties in a
 *     row; at least 1, empty if the space broker is of an earlier build, which did not count them
 */
public record PenaltyReport(Penalty penalty, Optional<Integer> faults) {}
