package io.rebalancer.http.v1.jobs;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** The changes of all jobs, and of the storage nodes that are out of service, as streams. */
public interface FleetFeed {

    /**
     * The changes after a position. The first element is {@link FleetUpdate.Started}. Then follow all later changes of storage
     * nodes; for each job that has not ended its state, unless the subscriber has it; and its later updates, as of
     * {@link JobFeed.Changes#updates}. The stream does not complete. It fails with {@link JobFeed.SubscriberDropped} if
     * the subscriber is too slow, or if too many jobs run at a time.
     *
     * @param after what the subscriber has; if empty, it starts with the current states
     * @param jobs the jobs that it wants, ended ones included; if empty, all that have not ended at the start
     */
    Source<FleetUpdate, NotUsed> updates(Optional<FleetPosition> after, Set<UUID> jobs);
}
