package io.rebalancer.playground;

/**
 * A node that was killed during a job.
 *
 * @param settled records that were settled at that moment
 * @param inFlight records that were in flight at that moment; as many objects may be fetched twice
 */
record KillRecord(String node, long pid, long settled, long inFlight) {}
