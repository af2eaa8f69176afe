package io.rebalancer.manager.jobs;

import io.rebalancer.http.v1.jobs.JobFeed.SubscriberDropped;
import io.rebalancer.http.v1.jobs.JobUpdate;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.QueueOfferResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event stream of one job. */
final class QueueSubscriber implements JobSubscriber {
    /** Steps that wait for one subscriber. A subscriber that is further behind is dropped. */
    static final int BUFFER = 512;

    private static final Logger LOGGER = LoggerFactory.getLogger(QueueSubscriber.class);

    private final UUID jobId;
    private final BoundedSourceQueue<List<JobUpdate>> queue;

    QueueSubscriber(UUID jobId, BoundedSourceQueue<List<JobUpdate>> queue) {
        this.jobId = jobId;
        this.queue = queue;
    }

    @Override
    public boolean offer(List<JobUpdate> updates) {
        QueueOfferResult result = queue.offer(updates);
        if (result == QueueOfferResult.dropped()) {
            fail(new SubscriberDropped("the client of job " + jobId + " is too slow: " + BUFFER
                    + " updates wait for it; reconnect with the id of the last event that it got"));
        }
        return result.isEnqueued();
    }

    @Override
    public void complete() {
        unlessEnded(queue::complete);
    }

    @Override
    public void fail(Throwable cause) {
        unlessEnded(() -> queue.fail(cause));
    }

    /** A client that has just gone has ended its queue, which then refuses to be ended again. */
    static void unlessEnded(Runnable end) {
        try {
            end.run();
        } catch (IllegalStateException e) {
            LOGGER.debug("the client of an event stream has gone before: {}", e.getMessage());
        }
    }
}
