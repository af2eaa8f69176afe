package io.rebalancer.manager.jobs;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.v1.jobs.FleetPosition;
import io.rebalancer.http.v1.jobs.FleetUpdate;
import io.rebalancer.http.v1.jobs.JobFeed.SubscriberDropped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * Serves the event streams of the fleet; one hub per manager. It follows the events of the registry in the journal, and
 * subscribes each stream to its jobs at the {@link JobFeedHub}.
 *
 * <pre>
 * journal: registry ─► FleetFeedHub ─► created, closed, storage nodes ─┬─► bounded queue of a subscriber
 * journal: each job ─► JobFeedHub ───► updates of the job ─────────────┘
 * </pre>
 */
final class FleetFeedHub extends AbstractBehavior<FleetFeedHub.Command> {
    /** Jobs of one stream that run at a time. Bounds the event id, to some 3,000 characters. */
    static final int MAX_JOBS = 200;

    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(5));
    /** Another manager may have read an event that this manager reads with the next poll of the journal. */
    private static final Duration MAX_BEHIND = Duration.ofSeconds(10);

    /** Messages to the hub. */
    interface Command {}

    /** @param subscriber its queue is empty */
    record Subscribe(FleetSubscriber subscriber) implements Command {}

    /** The subscriber's stream has ended. */
    record Unsubscribe(FleetSubscriber subscriber) implements Command {}

    private enum Read implements Command {
        INSTANCE
    }

    private record Loaded(List<EventEnvelope> events) implements Command {}

    /**
     * @param target what the event is read for; another one if the hub was restarted since
     * @param taken completed when the event is passed on
     */
    private record Stored(RegistryLog target, EventEnvelope event, CompletableFuture<Done> taken) implements Command {}

    /** @param target as in {@link Stored} */
    private record Failed(RegistryLog target, Throwable cause) implements Command {}

    /** @param start empty if it can't be read, because of {@code failure} */
    private record JobFound(
            FleetSubscriber subscriber,
            RegistryLog.Job job,
            OptionalLong after,
            Optional<JobOrigin.Start> start,
            Throwable failure)
            implements Command {}

    private record StillBehind(FleetSubscriber subscriber) implements Command {}

    private final TimerScheduler<Command> timers;
    private final JobOrigin origin;
    private final ActorRef<JobFeedHub.Command> jobFeed;
    private final RegistryLog registry = new RegistryLog();
    private final Set<FleetSubscriber> subscribers = new HashSet<>();
    /** Subscribers that have read more of the registry than this manager has. */
    private final List<FleetSubscriber> ahead = new ArrayList<>();

    private boolean loaded;
    private int failures;

    static Behavior<Command> create(JobOrigin origin, ActorRef<JobFeedHub.Command> jobFeed) {
        Behavior<Command> hub = Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new FleetFeedHub(context, timers, origin, jobFeed)));
        return Behaviors.supervise(hub).onFailure(SupervisorStrategy.restart());
    }

    private FleetFeedHub(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JobOrigin origin,
            ActorRef<JobFeedHub.Command> jobFeed) {
        super(context);
        this.timers = timers;
        this.origin = origin;
        this.jobFeed = jobFeed;
        context.getSelf().tell(Read.INSTANCE);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Read.class, read -> onRead())
                .onMessage(Loaded.class, this::onLoaded)
                .onMessage(Stored.class, this::onStored)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(Subscribe.class, this::onSubscribe)
                .onMessage(Unsubscribe.class, this::onUnsubscribe)
                .onMessage(JobFound.class, this::onJobFound)
                .onMessage(StillBehind.class, this::onStillBehind)
                .onSignal(PreRestart.class, failed -> endAll("this manager can't continue the stream; reconnect"))
                .onSignal(PostStop.class, stopped -> endAll("this manager stops; reconnect to another manager"))
                .build();
    }

    /** First what is stored, so that a stream begins with the newest state. */
    private Behavior<Command> onRead() {
        if (loaded) {
            follow();
        } else {
            getContext()
                    .pipeToSelf(
                            origin.journal()
                                    .stored(Entities.JOB_REGISTRY_ID)
                                    .runWith(Sink.seq(), getContext().getSystem()),
                            (events, failure) -> failure == null ? new Loaded(events) : new Failed(registry, failure));
        }
        return this;
    }

    private Behavior<Command> onLoaded(Loaded stored) {
        try {
            stored.events().stream()
                    .filter(event -> event.sequenceNr() > registry.revision())
                    .forEach(event -> registry.add(event.sequenceNr(), (RegistryEvent) event.event()));
        } catch (IllegalStateException e) {
            return onFailed(new Failed(registry, e));
        }
        loaded = true;
        follow();
        beginWaiting();
        return this;
    }

    private void follow() {
        var self = getContext().getSelf();
        CompletionStage<Done> ended = origin.journal()
                .follow(Entities.JOB_REGISTRY_ID, registry.revision() + 1)
                .mapAsync(1, event -> {
                    CompletableFuture<Done> taken = new CompletableFuture<>();
                    self.tell(new Stored(registry, event, taken));
                    return taken;
                })
                .runWith(Sink.ignore(), getContext().getSystem());
        getContext()
                .pipeToSelf(
                        ended,
                        (done, failure) -> new Failed(
                                registry, failure == null ? new IllegalStateException("the stream ended") : failure));
    }

    private Behavior<Command> onFailed(Failed failed) {
        if (failed.target() != registry) {
            return this;
        }
        Duration delay = BACKOFF.delay(failures++);
        getContext()
                .getLog()
                .warn(
                        "event streams of the fleet do not show new jobs and changes of storage nodes, because the"
                                + " journal can't be read: {}; retrying in {} ms",
                        reason(failed.cause()),
                        delay.toMillis());
        timers.startSingleTimer(Read.INSTANCE, delay);
        return this;
    }

    private Behavior<Command> onStored(Stored stored) {
        RegistryLog.Entry entry;
        try {
            if (stored.target() != registry) {
                throw new IllegalStateException("the hub was restarted");
            }
            entry = registry.add(
                    stored.event().sequenceNr(), (RegistryEvent) stored.event().event());
        } catch (IllegalStateException e) {
            stored.taken().completeExceptionally(e);
            return this;
        }
        failures = 0;
        subscribers.stream().filter(each -> !ahead.contains(each)).toList().forEach(each -> show(each, entry));
        beginWaiting();
        stored.taken().complete(Done.getInstance());
        return this;
    }

    private void show(FleetSubscriber subscriber, RegistryLog.Entry entry) {
        Optional<RegistryLog.Job> created = entry.created().filter(job -> subscriber.wants(job.id()));
        OptionalLong number = created.map(job -> OptionalLong.of(job.number())).orElseGet(OptionalLong::empty);
        subscriber.offer(List.of(new FleetUpdate.Registered(entry.number(), entry.node(), number, entry.closed())));
        created.ifPresent(job -> followJob(subscriber, job, OptionalLong.of(0)));
    }

    private Behavior<Command> onSubscribe(Subscribe subscribe) {
        FleetSubscriber subscriber = subscribe.subscriber();
        subscribers.add(subscriber);
        ahead.add(subscriber);
        beginWaiting();
        if (ahead.contains(subscriber)) {
            timers.startSingleTimer(subscriber, new StillBehind(subscriber), MAX_BEHIND);
        }
        return this;
    }

    private void beginWaiting() {
        if (loaded) {
            List<FleetSubscriber> reached = ahead.stream()
                    .filter(each -> each.after()
                            .filter(position -> position.registry() > registry.revision())
                            .isEmpty())
                    .toList();
            ahead.removeAll(reached);
            reached.forEach(each -> {
                timers.cancel(each);
                begin(each, each.after());
            });
        }
    }

    /** Its id is of a journal that has lost events, or is invented. A journal that can't be read yet is awaited. */
    private Behavior<Command> onStillBehind(StillBehind late) {
        if (!loaded) {
            timers.startSingleTimer(late.subscriber(), late, MAX_BEHIND);
        } else if (ahead.remove(late.subscriber())) {
            begin(late.subscriber(), Optional.empty());
        }
        return this;
    }

    private void begin(FleetSubscriber subscriber, Optional<FleetPosition> after) {
        long revision = after.map(FleetPosition::registry).orElse(registry.revision());
        List<RegistryLog.Job> jobs = registry.jobs().stream()
                .filter(job -> subscriber.wants(job.id()))
                .toList();
        Set<Long> continued = new HashSet<>();
        Set<Long> closed = new HashSet<>();
        after.ifPresent(position -> jobs.stream()
                .filter(job -> position.revisions().containsKey(job.number()))
                .forEach(job -> {
                    continued.add(job.number());
                    if (job.isClosedAt(revision)) {
                        closed.add(job.number());
                    }
                }));
        subscriber.offer(List.of(new FleetUpdate.Started(
                revision, after.isPresent() ? List.of() : registry.nodesOutOfService(), continued, closed)));
        for (RegistryLog.Job job : jobs) {
            if (job.number() <= revision) {
                Optional<Long> known =
                        after.map(position -> position.revisions().get(job.number()));
                if (known.isPresent()) {
                    followJob(subscriber, job, OptionalLong.of(known.get()));
                } else if (!job.isClosedAt(revision) || after.isEmpty() && subscriber.names(job.id())) {
                    followJob(subscriber, job, OptionalLong.empty());
                }
            }
        }
        registry.after(revision).forEach(entry -> show(subscriber, entry));
    }

    private void followJob(FleetSubscriber subscriber, RegistryLog.Job job, OptionalLong after) {
        getContext()
                .pipeToSelf(
                        origin.startOfRegistered(job.id()),
                        (start, failure) -> new JobFound(subscriber, job, after, Optional.ofNullable(start), failure));
    }

    private Behavior<Command> onJobFound(JobFound found) {
        FleetSubscriber subscriber = found.subscriber();
        if (!subscribers.contains(subscriber)) {
            return this;
        }
        if (found.start().isEmpty()) {
            subscriber.fail(found.failure());
        } else if (subscriber.jobs().size() >= MAX_JOBS) {
            subscriber.fail(
                    new SubscriberDropped(
                            "more than " + MAX_JOBS
                                    + " jobs run, and an event stream of the fleet shows at most so many; name some of them with jobs="));
        } else {
            FleetSubscriber.OfJob added = subscriber.add(found.job(), this::leave);
            jobFeed.tell(
                    new JobFeedHub.Subscribe(found.job().id(), found.start().get(), found.after(), added));
        }
        return this;
    }

    /** Also called by the hub of jobs. */
    private void leave(FleetSubscriber.OfJob job) {
        jobFeed.tell(new JobFeedHub.Unsubscribe(job.jobId(), job));
    }

    private Behavior<Command> onUnsubscribe(Unsubscribe unsubscribe) {
        FleetSubscriber subscriber = unsubscribe.subscriber();
        subscribers.remove(subscriber);
        ahead.remove(subscriber);
        timers.cancel(subscriber);
        subscriber.jobs().forEach(this::leave);
        return this;
    }

    private Behavior<Command> endAll(String reason) {
        subscribers.forEach(subscriber -> {
            subscriber.fail(new SubscriberDropped(reason));
            subscriber.jobs().forEach(this::leave);
        });
        return this;
    }

    private static String reason(Throwable failure) {
        return OneLine.of(Failures.rootCause(failure));
    }
}
