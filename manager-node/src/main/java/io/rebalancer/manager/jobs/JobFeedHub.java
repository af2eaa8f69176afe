package io.rebalancer.manager.jobs;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.v1.jobs.JobFeed.SubscriberDropped;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.FoldedJob;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows each job that has subscribers, once for all of them; one hub per manager.
 *
 * <pre>
 * stored state ─► events after it, from the journal ─► updates ─┬─► bounded queue of a subscriber
 *                                                               └─► bounded queue of another one
 * </pre>
 *
 * A job is not followed any more some seconds after its last subscriber has left. While a job has subscribers, the hub also
 * asks it what it waits for, which is not stored: one question at a time, whatever the number of subscribers.
 */
final class JobFeedHub extends AbstractBehavior<JobFeedHub.Command> {
    private static final Logger LOGGER = LoggerFactory.getLogger(JobFeedHub.class);

    static final Duration LINGER = Duration.ofSeconds(10);
    static final Duration WAITS_INTERVAL = Duration.ofSeconds(2);

    private static final int MAX_SUBSCRIBERS = 5000;

    /** Messages to the hub. */
    interface Command {}

    /**
     * @param start where to start following the job, if it is not followed
     * @param after the subscriber's last revision; if empty, it starts with the current state
     */
    record Subscribe(UUID jobId, Start start, OptionalLong after, BoundedSourceQueue<JobUpdate> subscriber)
            implements Command {}

    /** The subscriber's stream has ended. */
    record Unsubscribe(UUID jobId, BoundedSourceQueue<JobUpdate> subscriber) implements Command {}

    /** @param taken completed when the update is passed on */
    private record Updated(FollowedJob job, JobUpdate update, CompletableFuture<Done> taken) implements Command {}

    private record Failed(FollowedJob job, Throwable cause) implements Command {}

    private record Unused(FollowedJob job) implements Command {}

    /** Time to ask a job what it waits for. Also the key of the job's timer. */
    private record AskWaits(FollowedJob job) implements Command {}

    /** @param waits empty if the job did not reply, because of {@code failure} */
    private record WaitsReported(FollowedJob job, Optional<List<JobWait>> waits, String failure) implements Command {}

    /**
     * What the hub reads jobs from.
     *
     * @param storedState the state of a job in the tables; empty if there is none
     * @param current the answer of the job itself; empty if there is no such job
     */
    record Origin(
            JournalReader journal,
            Function<UUID, CompletionStage<Optional<FoldedJob>>> storedState,
            Function<UUID, CompletionStage<Optional<JobService.View>>> current) {

        /**
         * Where to start following a job; empty if there is no such job. A stored state serves at once, while a busy job may
         * take seconds to answer. Without a stored state the job is asked, because it is new or there is none.
         */
        CompletionStage<Optional<Start>> start(UUID jobId) {
            return storedState
                    .apply(jobId)
                    .exceptionally(failure -> {
                        LOGGER.warn(
                                "job={} its stored state can't be read: {}; its events are read from the first",
                                jobId,
                                reason(failure));
                        return Optional.empty();
                    })
                    .thenCompose(stored -> stored.isPresent()
                            ? CompletableFuture.completedFuture(stored.map(Start::stored))
                            : current.apply(jobId).thenApply(found -> found.map(Start::unstored)));
        }
    }

    /**
     * Where to start following a job.
     *
     * @param job the state that the events are applied to
     * @param newest the state at which subscribers without a revision begin; {@code job} may be older
     * @param waits what the job waits for; empty if it was not asked yet
     */
    record Start(FoldedJob job, JobUpdate newest, Optional<List<JobWait>> waits) {

        private static Start stored(FoldedJob job) {
            return new Start(job, update(job, List.of()), Optional.empty());
        }

        private static Start unstored(JobService.View view) {
            return new Start(
                    FoldedJob.EMPTY,
                    JobUpdate.of(view.revision(), view.state(), List.of()),
                    Optional.of(view.waiting()));
        }
    }

    private final TimerScheduler<Command> timers;
    private final Origin origin;
    private final Duration linger;
    private final Duration waitsInterval;
    private final Map<UUID, FollowedJob> followed = new HashMap<>();
    private final Map<UUID, UniqueKillSwitch> streams = new HashMap<>();
    private int subscribers;

    /**
     * @param linger how long a job is followed after its last subscriber has left
     * @param waitsInterval delay between a job's answer and the next question what it waits for
     */
    static Behavior<Command> create(Origin origin, Duration linger, Duration waitsInterval) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new JobFeedHub(context, timers, origin, linger, waitsInterval)));
    }

    private JobFeedHub(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Origin origin,
            Duration linger,
            Duration waitsInterval) {
        super(context);
        this.waitsInterval = waitsInterval;
        this.timers = timers;
        this.origin = origin;
        this.linger = linger;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Subscribe.class, this::onSubscribe)
                .onMessage(Unsubscribe.class, this::onUnsubscribe)
                .onMessage(Updated.class, this::onUpdated)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(Unused.class, this::onUnused)
                .onMessage(AskWaits.class, this::onAskWaits)
                .onMessage(WaitsReported.class, this::onWaitsReported)
                .onSignal(PostStop.class, stopped -> onStopped())
                .build();
    }

    private Behavior<Command> onSubscribe(Subscribe subscribe) {
        subscribers++;
        if (subscribers > MAX_SUBSCRIBERS) {
            subscribe
                    .subscriber()
                    .fail(new SubscriberDropped("this manager serves " + MAX_SUBSCRIBERS
                            + " event streams, which is its limit; use another manager, or try later"));
            return this;
        }
        FollowedJob job = followed.computeIfAbsent(subscribe.jobId(), jobId -> follow(jobId, subscribe.start()));
        timers.cancel(job);
        job.add(subscribe.subscriber(), subscribe.after());
        unfollowIfUnused(job);
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

    private FollowedJob follow(UUID jobId, Start start) {
        FollowedJob job = new FollowedJob(
                jobId, update(start.job(), List.of()), start.newest().revision(), start.waits());
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
        var stream = updates(job.jobId(), start)
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

    private Source<JobUpdate, NotUsed> updates(UUID jobId, FoldedJob start) {
        return origin.journal()
                .follow(PersistentEntities.evacuateJob(jobId).id(), start.revision() + 1)
                .statefulMap(() -> start, JobFeedHub::next, job -> Optional.empty())
                .takeWhile(update -> !update.state().phase().terminal(), true);
    }

    private static Pair<FoldedJob, JobUpdate> next(FoldedJob before, EventEnvelope envelope) {
        FoldedJob job = before.after(envelope);
        return Pair.create(job, update(job, ((JobEvent) envelope.event()).unmoved()));
    }

    private static JobUpdate update(FoldedJob job, List<UnmovedRecord> exceptions) {
        return JobUpdate.of(job.revision(), job.state().outline(), exceptions);
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
        if (followed.get(job.jobId()) == job) {
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
        if (job.isEnded()) {
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

    private Behavior<Command> onStopped() {
        streams.values().forEach(UniqueKillSwitch::shutdown);
        followed.values()
                .forEach(job -> job.end(subscriber ->
                        subscriber.fail(new SubscriberDropped("this manager stops; reconnect to another manager"))));
        return this;
    }
}
