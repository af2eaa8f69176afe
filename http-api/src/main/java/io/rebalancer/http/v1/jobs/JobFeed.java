package io.rebalancer.http.v1.jobs;

import java.util.OptionalLong;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The changes of a job as a stream. This port is here and not in {@code core.port}, because it returns a Pekko
 * {@link Source} and the core knows no Pekko.
 */
public interface JobFeed {

    /**
     * Updates of a job, oldest first. The stream completes after the update that ends the job.
     *
     * @param afterRevision the stream starts with the next revision; if empty, it starts with the current state
     */
    Source<JobUpdate, NotUsed> follow(UUID jobId, OptionalLong afterRevision);
}
