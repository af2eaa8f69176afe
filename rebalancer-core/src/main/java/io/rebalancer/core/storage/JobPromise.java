package io.rebalancer.core.storage;

import java.util.UUID;

/**
 * What is promised on one storage node to one job, or to one run of reconciliation.
 *
 * @param jobId the id of the job or of the run
 * @param leases number of leases, at least 1; each is of an assignment that is planned or open
 * @param mib sum of the leases
 */
public record JobPromise(UUID jobId, int leases, long mib) {}
