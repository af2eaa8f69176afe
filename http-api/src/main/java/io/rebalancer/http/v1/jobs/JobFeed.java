package io.rebalancer.http.v1.jobs;

import java.util.OptionalLong;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** The changes of a job, as they happen. */
public interface JobFeed {

    /**
     * Updates of a job, oldest first; ends after the one that ends the job.
     *
     * @param afterRevision only later ones; without it the job as it stands comes first, then what follows
     */
    Source<JobUpdate, NotUsed> follow(UUID jobId, OptionalLong afterRevision);
}
