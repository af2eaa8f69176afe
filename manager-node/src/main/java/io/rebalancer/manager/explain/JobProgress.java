package io.rebalancer.manager.explain;

import io.rebalancer.cluster.message.JobMessage.ProgressReported;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Asks a job, on whichever member it runs, for what it knows and does not store. */
@FunctionalInterface
interface JobProgress {

    /**
     * What the job knows.
     *
     * @param objects ids of objects that may be in flight
     * @return fails if the job does not reply in time
     */
    CompletionStage<ProgressReported> ask(UUID jobId, List<UUID> objects);
}
