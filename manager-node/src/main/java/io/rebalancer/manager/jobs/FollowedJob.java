package io.rebalancer.manager.jobs;

import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.http.v1.jobs.JobFeed.SubscriberDropped;
import io.rebalancer.http.v1.jobs.JobUpdate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.QueueOfferResult;

/**
 * A job that one stream follows, and its subscribers. Each subscriber gets every update after its revision once, in order.
 * Only {@link JobFeedHub} uses it.
 */
final class FollowedJob {
    /** Updates that wait for one subscriber. A subscriber that is further behind is dropped. */
    static final int SUBSCRIBER_BUFFER = 512;

    /** Updates that are kept for subscribers that reconnect. All of them fit into the buffer of a subscriber. */
    private static final int MAX_RECENT = 256;

    private static final int MAX_RECENT_EXCEPTIONS = 10_000;

    private final UUID jobId;
    /** A subscriber may be removed while the others are served. */
    private final Map<BoundedSourceQueue<JobUpdate>, Position> subscribers = new ConcurrentHashMap<>();

    private final Deque<JobUpdate> recent = new ArrayDeque<>();
    private int recentExceptions;
    private JobUpdate latest;
    /** What the job waits for, as it last reported; empty while it does not reply. */
    private Optional<List<JobWait>> waiting;
    /** The revision at which a subscriber without a revision begins, if {@code latest} has not reached it yet. */
    private final long target;

    /**
     * Which updates a subscriber gets.
     *
     * @param after its last revision; empty until the job is known, if it starts with the current state
     * @param waitsForState whether it starts with the current state, and has not got that yet
     */
    private record Position(OptionalLong after, boolean waitsForState) {
        static Position after(long revision) {
            return new Position(OptionalLong.of(revision), false);
        }

        /** Whether the subscriber has, or had before it reconnected, the state of this revision. */
        boolean has(long revision) {
            return !waitsForState && after.isPresent() && after.getAsLong() <= revision;
        }

        /** An ended job may have a later revision than its terminal update, which is the last update that is published. */
        boolean needs(JobUpdate update) {
            return update.revision() > after.orElseThrow()
                    || waitsForState && update.state().phase().terminal();
        }
    }

    /**
     * @param start the state to continue from, without exceptions
     * @param revision the revision at which subscribers without a revision begin, at least that of {@code start}
     * @param waits what the job waits for now; empty if it is not known
     */
    FollowedJob(UUID jobId, JobUpdate start, long revision, Optional<List<JobWait>> waits) {
        this.jobId = jobId;
        this.waiting = waits;
        this.latest = start.with(waits);
        this.target = revision;
    }

    UUID jobId() {
        return jobId;
    }

    boolean hasSubscribers() {
        return !subscribers.isEmpty();
    }

    /** @param after the subscriber's last revision; if empty, it starts with the current state */
    void add(BoundedSourceQueue<JobUpdate> subscriber, OptionalLong after) {
        Position position = new Position(after, after.isEmpty());
        subscribers.put(subscriber, position);
        place(subscriber, position);
        completeIfEnded();
    }

    void remove(BoundedSourceQueue<JobUpdate> subscriber) {
        subscribers.remove(subscriber);
    }

    /** Sends what the subscriber lacks of the past, so that it needs later updates only. */
    private void place(BoundedSourceQueue<JobUpdate> subscriber, Position position) {
        JobUpdate current = latest;
        boolean later = current.revision() < target && !isEnded();
        long after = position.after().orElse(later ? target - 1 : -1);
        if (after >= current.revision()) {
            subscribers.put(subscriber, new Position(OptionalLong.of(after), position.waitsForState()));
            // What the job waits for may have changed while the subscriber was away, without an event.
            if (after == current.revision()
                    && !position.waitsForState()
                    && !waiting.orElse(List.of()).isEmpty()) {
                offer(subscriber, current.withoutExceptions());
            }
            return;
        }
        subscribers.put(subscriber, Position.after(current.revision()));
        JobUpdate oldest = recent.peekFirst();
        if (position.after().isPresent() && oldest != null && oldest.revision() <= after + 1) {
            new ArrayList<>(recent)
                    .stream().filter(update -> update.revision() > after).forEach(update -> offer(subscriber, update));
            if (recent.peekLast() != current) {
                offer(subscriber, current.withoutExceptions());
            }
        } else if (current.revision() > 0) {
            offer(subscriber, current);
        }
    }

    /** Sends the job's next update to all subscribers, with what the job last waited for. */
    void publish(JobUpdate next) {
        JobUpdate update = next.with(waiting);
        latest = update;
        recent.addLast(update);
        recentExceptions += update.exceptions().size();
        while (recent.size() > MAX_RECENT || recentExceptions > MAX_RECENT_EXCEPTIONS) {
            recentExceptions -= recent.removeFirst().exceptions().size();
        }
        subscribers.forEach((subscriber, position) -> {
            if (position.needs(update)) {
                if (position.waitsForState()) {
                    subscribers.put(subscriber, Position.after(update.revision()));
                }
                offer(subscriber, update);
            }
        });
        completeIfEnded();
    }

    /**
     * The job reported what it waits for. A change is sent to the subscribers that have the current state; the others get
     * it with their next update.
     *
     * @param reported empty if the job did not reply
     * @return whether that has changed
     */
    boolean publishWaits(Optional<List<JobWait>> reported) {
        if (isEnded() || reported.equals(waiting)) {
            return false;
        }
        waiting = reported;
        JobUpdate update = latest.withoutExceptions().with(reported);
        latest = update;
        subscribers.forEach((subscriber, position) -> {
            if (position.has(update.revision())) {
                offer(subscriber, update);
            }
        });
        return true;
    }

    private void offer(BoundedSourceQueue<JobUpdate> subscriber, JobUpdate update) {
        QueueOfferResult result = subscriber.offer(update);
        if (result == QueueOfferResult.dropped()) {
            subscriber.fail(new SubscriberDropped("the client of job " + jobId + " is too slow: " + SUBSCRIBER_BUFFER
                    + " updates wait for it; reconnect with the id of the last event that it got"));
        }
        if (!result.isEnqueued()) {
            subscribers.remove(subscriber);
        }
    }

    boolean isEnded() {
        return latest.state().phase().terminal();
    }

    private void completeIfEnded() {
        if (isEnded()) {
            end(BoundedSourceQueue::complete);
        }
    }

    /** No update follows. */
    void end(Consumer<BoundedSourceQueue<JobUpdate>> end) {
        subscribers.keySet().forEach(end);
        subscribers.clear();
    }
}
