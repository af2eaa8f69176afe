package io.rebalancer.manager.jobs;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.v1.jobs.JobFeed.SubscriberDropped;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.persistence.readside.FoldedJob;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * Follows each job that has subscribers, once for all of them; one hub per manager.
 *
 * <pre>
 * stored state ─► events after it, from the journal ─► updates ─┬─► bounded queue of a subscriber
 *                                                               └─► bounded queue of another one
 * </pre>
 *
 * A subscriber that comes from another manager may need updates from before the hub began to follow its job: they are read from
 * the journal once, and kept for the others.
 *
 * <p>A job is not followed any more some seconds after its last subscriber has left. While a job has subscribers, the hub also
 * asks it what it waits for, which is not stored: one question at a time, whatever the number of subscribers.
 */
final class JobFeedHub extends AbstractBehavior<JobFeedHub.Command> {
    static final Duration LINGER = Duration.ofSeconds(10);
    static final Duration WAITS_INTERVAL = Duration.ofSeconds(2);

    private static final int MAX_SUBSCRIBERS = 50_000;

    /** Messages to the hub. */
    interface Command {}

    /**
     * @param start where to start following the job, if it is not followed
     * @param after the subscriber's last revision; if empty, it starts with the current state
     */
    record Subscribe(UUID jobId, JobOrigin.Start start, OptionalLong after, JobSubscriber subscriber)
            implements Command {}

    /** The subscriber's stream has ended. */
    record Unsubscribe(UUID jobId, JobSubscriber subscriber) implements Command {}

    /** @param taken completed when the update is passed on */
    private record Updated(FollowedJob job, JobUpdate update, CompletableFuture<Done> taken) implements Command {}

    private record Failed(FollowedJob job, Throwable cause) implements Command {}

    private record Unused(FollowedJob job) implements Command {}

    /** Time to ask a job what it waits for. Also the key of the job's timer. */
    private record AskWaits(FollowedJob job) implements Command {}

    /** @param waits empty if the job did not reply, because of {@code failure} */
    private record WaitsReported(FollowedJob job, Optional<List<JobWait>> waits, String failure) implements Command {}

    /** @param part empty if it can't be read */
    private record PastRead(FollowedJob job, FollowedJob.NeededPast needed, Optional<JobPast.Part> part)
            implements Command {}

    private final TimerScheduler<Command> timers;
    private final JobOrigin origin;
    private final JobPast past;
    private final Duration linger;
    private final Duration waitsInterval;
    private final Map<UUID, FollowedJob> followed = new HashMap<>();
    private final Map<UUID, UniqueKillSwitch> streams = new HashMap<>();
    private int subscribers;

    /**
     * @param linger how long a job is followed after its last subscriber has left
     * @param waitsInterval delay between a job's answer and the next question what it waits for
     */
    static Behavior<Command> create(JobOrigin origin, Duration linger, Duration waitsInterval) {
        Behavior<Command> hub = Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new JobFeedHub(context, timers, origin, linger, waitsInterval)));
        return Behaviors.supervise(hub).onFailure(SupervisorStrategy.restart());
    }

    private JobFeedHub(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JobOrigin origin,
            Duration linger,
            Duration waitsInterval) {
        super(context);
        this.waitsInterval = waitsInterval;
        this.timers = timers;
        this.origin = origin;
        this.past = new JobPast(origin.journal(), context.getSystem());
        this.linger = linger;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Subscribe.class, this::onSubscribe)
                .onMessage(Unsubscribe.class, this::onUnsubscribe)
                .onMessage(Updated.class, this::onUpdated)
                .onMessage(PastRead.class, this::onPastRead)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(Unused.class, this::onUnused)
                .onMessage(AskWaits.class, this::onAskWaits)
                .onMessage(WaitsReported.class, this::onWaitsReported)
                .onSignal(PreRestart.class, failed -> endAll("this manager can't continue the stream; reconnect"))
                .onSignal(PostStop.class, stopped -> endAll("this manager stops; reconnect to another manager"))
                .build();
    }

    private Behavior<Command> onSubscribe(Subscribe subscribe) {
        subscribers++;
        if (subscribers > MAX_SUBSCRIBERS) {
            subscribe
                    .subscriber()
                    .fail(new SubscriberDropped("this manager follows jobs for " + MAX_SUBSCRIBERS
                            + " subscribers, which is its limit; use another manager, or try later"));
            return this;
        }
        FollowedJob job = followed.computeIfAbsent(subscribe.jobId(), jobId -> follow(jobId, subscribe.start()));
        timers.cancel(job);
        job.add(subscribe.subscriber(), subscribe.after());
        readPast(job);
        unfollowIfUnused(job);
        return this;
    }

    /** Reads the past that subscribers wait for, unless it is being read. */
    private void readPast(FollowedJob job) {
        job.takeNeededPast()
                .ifPresent(needed -> getContext()
                        .pipeToSelf(
                                past.read(job.jobId(), needed.after(), needed.to()),
                                (part, failure) ->
                                        new PastRead(job, needed, failure == null ? part : Optional.empty())));
    }

    private Behavior<Command> onPastRead(PastRead read) {
        FollowedJob job = read.job();
        if (followed.get(job.jobId()) == job) {
            job.addPast(read.needed(), read.part());
            readPast(job);
            unfollowIfUnused(job);
        }
        return this;
    }

    private Behavior<Command> onUnsubscribe(Unsubscribe unsubscribe) {
        subscribers--;
        FollowedJob job = followed.get(unsubscribe.jobId());
        if (job != null) {
            job.remove(unsubscribe.subscriber());
            unfollowIfUnused(job);
        }
        return this;
    }

    private FollowedJob follow(UUID jobId, JobOrigin.Start start) {
        FollowedJob job = new FollowedJob(jobId, start.first(), start.newest().revision(), start.waits());
        if (!job.isEnded()) {
            streams.put(jobId, run(job, start.job()));
            if (start.waits().isPresent()) {
                askWaitsLater(job);
            } else {
                getContext().getSelf().tell(new AskWaits(job));
            }
        }
        return job;
    }

    private UniqueKillSwitch run(FollowedJob job, FoldedJob start) {
        var self = getContext().getSelf();
        var stream = origin.updates(job.jobId(), start)
                .viaMat(KillSwitches.single(), Keep.right())
                .mapAsync(1, update -> {
                    CompletableFuture<Done> taken = new CompletableFuture<>();
                    self.tell(new Updated(job, update, taken));
                    return taken;
                })
                .toMat(Sink.ignore(), Keep.both())
                .run(getContext().getSystem());
        getContext()
                .pipeToSelf(
                        stream.second(),
                        (done, failure) -> new Failed(
                                job,
                                failure == null
                                        ? new IllegalStateException("the journal's stream of the job ended")
                                        : failure));
        return stream.first();
    }

    private Behavior<Command> onUpdated(Updated updated) {
        FollowedJob job = updated.job();
        if (followed.get(job.jobId()) == job) {
            job.publish(updated.update());
            unfollowIfUnused(job);
        }
        updated.taken().complete(Done.getInstance());
        return this;
    }

    /** Clients reconnect, and the job is followed again. */
    private Behavior<Command> onFailed(Failed failed) {
        FollowedJob job = failed.job();
        // The stream of a job completes with its end, while subscribers may wait for its past.
        if (followed.get(job.jobId()) == job && !job.isEnded()) {
            getContext()
                    .getLog()
                    .warn("job={} its event streams end: {}; clients reconnect", job.jobId(), reason(failed.cause()));
            job.end(subscriber -> subscriber.fail(failed.cause()));
            unfollow(job);
        }
        return this;
    }

    private static String reason(Throwable failure) {
        return OneLine.of(Failures.rootCause(failure));
    }

    private void unfollowIfUnused(FollowedJob job) {
        if (job.isEnded() && !job.isWaitedForPast()) {
            unfollow(job);
        } else if (!job.hasSubscribers() && !timers.isTimerActive(job)) {
            timers.startSingleTimer(job, new Unused(job), linger);
        }
    }

    private Behavior<Command> onUnused(Unused unused) {
        FollowedJob job = unused.job();
        if (followed.get(job.jobId()) == job && !job.hasSubscribers()) {
            unfollow(job);
        }
        return this;
    }

    private void askWaitsLater(FollowedJob job) {
        AskWaits question = new AskWaits(job);
        timers.startSingleTimer(question, question, waitsInterval);
    }

    private Behavior<Command> onAskWaits(AskWaits question) {
        FollowedJob job = question.job();
        if (followed.get(job.jobId()) != job) {
            return this;
        }
        if (!job.hasSubscribers()) {
            // The next subscriber may come before the job is not followed any more.
            askWaitsLater(job);
            return this;
        }
        getContext()
                .pipeToSelf(
                        origin.current().apply(job.jobId()),
                        (found, failure) -> failure == null
                                ? new WaitsReported(job, found.map(JobService.View::waiting), "it is not known")
                                : new WaitsReported(job, Optional.empty(), reason(failure)));
        return this;
    }

    private Behavior<Command> onWaitsReported(WaitsReported reported) {
        FollowedJob job = reported.job();
        if (followed.get(job.jobId()) == job) {
            if (job.publishWaits(reported.waits()) && reported.waits().isEmpty()) {
                getContext()
                        .getLog()
                        .warn(
                                "job={} does not report what it waits for: {}; its event streams omit that until it does",
                                job.jobId(),
                                reported.failure());
            }
            askWaitsLater(job);
        }
        return this;
    }

    private void unfollow(FollowedJob job) {
        timers.cancel(job);
        timers.cancel(new AskWaits(job));
        followed.remove(job.jobId());
        Optional.ofNullable(streams.remove(job.jobId())).ifPresent(UniqueKillSwitch::shutdown);
    }

    private Behavior<Command> endAll(String reason) {
        streams.values().forEach(UniqueKillSwitch::shutdown);
        followed.values().forEach(job -> job.end(subscriber -> subscriber.fail(new SubscriberDropped(reason))));
        return this;
    }
}
