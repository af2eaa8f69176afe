package io.rebalancer.manager.jobs;

import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.http.v1.jobs.JobUpdate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A job that one stream follows, and its subscribers. Each subscriber gets every notable update after its revision once, in
 * order. A subscriber whose revision is before what is kept here waits until {@link JobPast} is read. Only
 * {@link JobFeedHub} uses it.
 */
final class FollowedJob {
    private final UUID jobId;
    /** A subscriber may be removed while the others are served. */
    private final Map<JobSubscriber, Position> subscribers = new ConcurrentHashMap<>();
    /** Subscribers that wait for the past after their revision. */
    private final Map<JobSubscriber, Long> waitingForPast = new HashMap<>();

    private boolean readsPast;

    private final RecentUpdates recent;
    /** A past that begins before this revision can't be read. */
    private long lostBefore;

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

    /** A past that a subscriber needs: after revision {@code after}, up to revision {@code to}. */
    record NeededPast(long after, long to) {}

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
        this.recent = new RecentUpdates(start.revision());
    }

    UUID jobId() {
        return jobId;
    }

    boolean hasSubscribers() {
        return !subscribers.isEmpty() || isWaitedForPast();
    }

    boolean isWaitedForPast() {
        return !waitingForPast.isEmpty();
    }

    /** @param after the subscriber's last revision; if empty, it starts with the current state */
    void add(JobSubscriber subscriber, OptionalLong after) {
        if (after.isPresent() && needsPast(after.getAsLong())) {
            waitingForPast.put(subscriber, after.getAsLong());
            return;
        }
        Position position = new Position(after, after.isEmpty());
        subscribers.put(subscriber, position);
        place(subscriber, position);
        completeIfEnded();
    }

    private boolean needsPast(long after) {
        return after < latest.revision() && !isKept(after) && after >= lostBefore;
    }

    private boolean isKept(long after) {
        return recent.from() <= after;
    }

    void remove(JobSubscriber subscriber) {
        subscribers.remove(subscriber);
        waitingForPast.remove(subscriber);
    }

    /** The past to read for the subscribers that wait; empty if none waits, or while {@link #addPast} is awaited. */
    Optional<NeededPast> takeNeededPast() {
        if (readsPast) {
            return Optional.empty();
        }
        Optional<NeededPast> needed =
                waitingForPast.values().stream().min(Long::compare).map(after -> new NeededPast(after, recent.from()));
        readsPast = needed.isPresent();
        return needed;
    }

    /**
     * Serves the subscribers that waited for the past.
     *
     * @param part empty if it can't be read; then those that need it get the current state
     */
    void addPast(NeededPast needed, Optional<JobPast.Part> part) {
        readsPast = false;
        // Updates may have been forgotten meanwhile. What was read does not join then.
        part.filter(read -> needed.to() == recent.from())
                .ifPresent(read -> recent.addBefore(read.from(), read.notable()));
        if (!isKept(needed.after())) {
            lostBefore = Math.max(lostBefore, needed.after() + 1);
        }
        Map<JobSubscriber, Long> all = new HashMap<>(waitingForPast);
        waitingForPast.clear();
        all.forEach((subscriber, after) -> add(subscriber, OptionalLong.of(after)));
    }

    /** Sends what the subscriber lacks of the past, so that it needs later updates only. */
    private void place(JobSubscriber subscriber, Position position) {
        JobUpdate current = latest;
        boolean later = current.revision() < target && !isEnded();
        long after = position.after().orElse(later ? target - 1 : -1);
        if (after >= current.revision()) {
            subscribers.put(subscriber, new Position(OptionalLong.of(after), position.waitsForState()));
            // What the job waits for may have changed while the subscriber was away, without an event.
            if (after == current.revision()
                    && !position.waitsForState()
                    && !waiting.orElse(List.of()).isEmpty()) {
                offer(subscriber, List.of(current.asProgress()));
            }
            return;
        }
        subscribers.put(subscriber, Position.after(current.revision()));
        if (position.after().isPresent() && isKept(after)) {
            offer(subscriber, missed(after));
        } else if (current.revision() > 0) {
            offer(subscriber, List.of(current.asProgress().asStart()));
        }
    }

    /** Each change of state, each update with exceptions, and how the job is now. */
    private List<JobUpdate> missed(long after) {
        List<JobUpdate> missed = new ArrayList<>(recent.after(after));
        boolean isShown = !missed.isEmpty()
                && missed.get(missed.size() - 1).changesState()
                && missed.get(missed.size() - 1).revision() == latest.revision();
        if (!isShown) {
            missed.add(latest.asProgress());
        }
        return missed;
    }

    /** Sends the job's next update to all subscribers, with what the job last waited for. */
    void publish(JobUpdate next) {
        JobUpdate update = next.with(waiting);
        latest = update;
        recent.add(update);
        subscribers.forEach((subscriber, position) -> {
            if (position.needs(update)) {
                if (position.waitsForState()) {
                    subscribers.put(subscriber, Position.after(update.revision()));
                }
                offer(subscriber, List.of(position.waitsForState() ? update.asStart() : update));
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
        JobUpdate update = latest.asProgress().with(reported);
        latest = update;
        subscribers.forEach((subscriber, position) -> {
            if (position.has(update.revision())) {
                offer(subscriber, List.of(update));
            }
        });
        return true;
    }

    private void offer(JobSubscriber subscriber, List<JobUpdate> updates) {
        if (!subscriber.offer(updates)) {
            subscribers.remove(subscriber);
        }
    }

    boolean isEnded() {
        return latest.state().phase().terminal();
    }

    private void completeIfEnded() {
        if (isEnded()) {
            subscribers.keySet().forEach(JobSubscriber::complete);
            subscribers.clear();
        }
    }

    /** No update follows. */
    void end(Consumer<JobSubscriber> end) {
        subscribers.keySet().forEach(end);
        subscribers.clear();
        waitingForPast.keySet().forEach(end);
        waitingForPast.clear();
    }
}
