package io.rebalancer.core.evacuate;

/**
 * The records of a job by outcome: the one list of counters that the state, the API, the tables and the reports share.
 * Promise P4: the sum is always the number discovered (docs/promises.md).
 *
 * @param settled records that ended well, over all passes
 * @param skipped records of the current or last pass without a usable copy or destination
 * @param failed records of the current or last pass whose copy or commit failed
 * @param inFlight records in assignments that have not ended
 */
public record JobCounts(SettledCounts settled, long skipped, long failed, long inFlight) {

    /** Records found so far. Derived, so that it cannot disagree with its parts (decision 1). */
    public long discovered() {
        return settled.total() + skipped + failed + inFlight;
    }
}
