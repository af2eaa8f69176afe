package io.rebalancer.http.v1.jobs;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The changes of jobs as streams. This port is here and not in {@code core.port}, because it returns a Pekko {@link Source}
 * and the core knows no Pekko.
 */
public interface JobFeed {

    /**
     * Opens the changes of a job; empty if there is no such job. Does not wait for a busy job, so the state at the start may
     * be some seconds old.
     */
    CompletionStage<Optional<Changes>> open(UUID jobId);

    /** The changes of one job. */
    interface Changes {

        /** The state with which a new stream begins. */
        JobUpdate start();

        /**
         * Updates of the job, oldest first, each once. The stream completes after the update that ends the job. It fails with
         * {@link SubscriberDropped} if the subscriber is too slow.
         *
         * @param afterRevision the subscriber's last revision: it gets every later update that changes the state or has
         *     exceptions, and the latest of all. If the events after its revision are not stored any more, the stream starts
         *     with the current state instead, without exceptions; these are in the list of exceptions.
         *     If empty, the stream starts with a state like {@link #start}, and the updates after it follow
         */
        Source<JobUpdate, NotUsed> updates(OptionalLong afterRevision);
    }

    /** The feed ends a subscriber's stream early. The subscriber can reconnect. */
    final class SubscriberDropped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** @param reason why, and what to do; one line */
        public SubscriberDropped(String reason) {
            super(reason, null, false, false);
        }
    }
}
