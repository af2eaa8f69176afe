package io.rebalancer.manager.jobs;

import io.rebalancer.http.v1.jobs.FleetPosition;
import io.rebalancer.http.v1.jobs.FleetUpdate;
import io.rebalancer.http.v1.jobs.JobFeed.SubscriberDropped;
import io.rebalancer.http.v1.jobs.JobUpdate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.QueueOfferResult;

/** One event stream of the fleet. Its updates come from two actors, the hub of the fleet and the hub of jobs. */
final class FleetSubscriber {
    /** Steps that wait for one subscriber. A subscriber that is further behind is dropped. */
    static final int BUFFER = 2048;

    private final BoundedSourceQueue<List<FleetUpdate>> queue;
    private final Optional<FleetPosition> after;
    private final Set<UUID> wanted;
    private final Map<Long, OfJob> jobs = new ConcurrentHashMap<>();

    /** @param wanted the jobs that it wants; empty for all */
    FleetSubscriber(BoundedSourceQueue<List<FleetUpdate>> queue, Optional<FleetPosition> after, Set<UUID> wanted) {
        this.queue = queue;
        this.after = after;
        this.wanted = Set.copyOf(wanted);
    }

    /** A job that the stream follows. */
    final class OfJob implements JobSubscriber {
        private final long number;
        private final UUID jobId;
        private final Consumer<OfJob> leave;

        private OfJob(long number, UUID jobId, Consumer<OfJob> leave) {
            this.number = number;
            this.jobId = jobId;
            this.leave = leave;
        }

        UUID jobId() {
            return jobId;
        }

        @Override
        public boolean offer(List<JobUpdate> updates) {
            return FleetSubscriber.this.offer(updates.stream()
                    .<FleetUpdate>map(update -> new FleetUpdate.OfJob(number, jobId, update))
                    .toList());
        }

        @Override
        public void complete() {
            jobs.remove(number);
            leave.accept(this);
            FleetSubscriber.this.offer(List.of(new FleetUpdate.Ended(number)));
        }

        @Override
        public void fail(Throwable cause) {
            FleetSubscriber.this.fail(cause);
        }
    }

    Optional<FleetPosition> after() {
        return after;
    }

    boolean wants(UUID jobId) {
        return wanted.isEmpty() || wanted.contains(jobId);
    }

    /** Whether it wants this job by its id, and so also if it has ended. */
    boolean names(UUID jobId) {
        return wanted.contains(jobId);
    }

    /**
     * Adds a job that it follows.
     *
     * @param leave called when the job has ended
     */
    OfJob add(RegistryLog.Job job, Consumer<OfJob> leave) {
        OfJob added = new OfJob(job.number(), job.id(), leave);
        jobs.put(job.number(), added);
        return added;
    }

    /** The jobs that it follows and that have not ended. */
    List<OfJob> jobs() {
        return List.copyOf(jobs.values());
    }

    /** @return whether it takes further updates */
    boolean offer(List<FleetUpdate> updates) {
        QueueOfferResult result = queue.offer(updates);
        if (result == QueueOfferResult.dropped()) {
            fail(new SubscriberDropped("the client of the events of the fleet is too slow: " + BUFFER
                    + " updates wait for it; reconnect with the id of the last event that it got"));
        }
        return result.isEnqueued();
    }

    void fail(Throwable cause) {
        QueueSubscriber.unlessEnded(() -> queue.fail(cause));
    }
}
