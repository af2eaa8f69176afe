package io.rebalancer.http.v1.nodes;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.storage.JobPromise;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The running jobs, and runs of reconciliation, that touch a storage node.
 *
 * @param emptiedBy the jobs that empty it
 * @param destinationOf the jobs with open assignments to it, and the runs that add copies to it; absent if they are unknown
 * @param destinationsUnavailable why these are unknown; absent if they are known
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record NodeJobsView(
        List<UUID> emptiedBy, Optional<List<Destination>> destinationOf, Optional<String> destinationsUnavailable) {
    private static final long BYTES_OF_MIB = 1L << 20;
    private static final String UNAVAILABLE =
            "the space broker did not reply in time, so the jobs with assignments to this node are unknown; repeat the"
                    + " request later";

    /**
     * A job with open assignments to the node, or a run of reconciliation that adds copies to it.
     *
     * @param job absent if it is a run
     * @param run absent if it is a job
     * @param assignments number of assignments that have space leased on the node
     * @param leasedBytes the space that they have leased
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Destination(Optional<UUID> job, Optional<UUID> run, int assignments, long leasedBytes) {

        static Destination of(JobPromise promise, boolean isJob) {
            Optional<UUID> id = Optional.of(promise.jobId());
            return new Destination(
                    id.filter(same -> isJob),
                    id.filter(same -> !isJob),
                    promise.leases(),
                    promise.mib() * BYTES_OF_MIB);
        }
    }

    /** @param jobs the ids of jobs among those of the promises */
    static NodeJobsView of(List<UUID> emptiedBy, Optional<List<JobPromise>> promises, Set<UUID> jobs) {
        return new NodeJobsView(
                emptiedBy,
                promises.map(all -> all.stream()
                        .map(each -> Destination.of(each, jobs.contains(each.jobId())))
                        .toList()),
                promises.isPresent() ? Optional.empty() : Optional.of(UNAVAILABLE));
    }
}
