package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.settings.EvacuateSettings;

/**
 * What limits the planning of a job now.
 *
 * @param assignmentsInFlight assignments that have not ended, at least 1
 * @param bytesPerSecond content bytes for which assignments are planned; 0 for no limit
 * @param scanRowsPerSecond rows of the leaving node that are read; 0 for no limit
 * @param weight the job's weight among the jobs that plan, at least 1
 */
public record PassLimits(int assignmentsInFlight, long bytesPerSecond, long scanRowsPerSecond, long weight) {

    /** The limits of a job for which operators chose nothing. */
    public static PassLimits of(EvacuateSettings settings) {
        return new PassLimits(settings.maxAssignmentsInFlight(), 0, 0, 1);
    }
}
