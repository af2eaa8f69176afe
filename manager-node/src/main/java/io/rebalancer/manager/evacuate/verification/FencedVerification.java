package io.rebalancer.manager.evacuate.verification;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A verification that starts when no record can begin to name the storage node any more. The node is fenced since the job
 * was created, but assignments that other jobs planned before may still be on their way to it. So every other job that runs
 * is asked until it has none in flight to the node and knows of the fence: from then on it can't get one. A job that is
 * created later knows of the fence from its start.
 */
public final class FencedVerification extends AbstractBehavior<FencedVerification.Command> {
    private static final Duration ASK_INTERVAL = Duration.ofSeconds(1);
    private static final int NAMED_JOBS = 5;

    /** Messages to the verification; they come from the jobs it asks and from itself. */
    public sealed interface Command {}

    private record JobsListed(RegistryMessage.RegistryReply reply) implements Command {}

    private record JobAnswered(JobMessage.InFlightTo reply) implements Command {}

    private enum Ask implements Command {
        INSTANCE
    }

    private final TimerScheduler<Command> timers;
    private final VerificationResources resources;
    private final ActorRef<RegistryMessage> registry;
    private final UUID jobId;
    private final StorageNodeId leaving;
    private final ActorRef<VerificationEvent> listener;
    private final ActorRef<RegistryMessage.RegistryReply> jobsListed;
    private final ActorRef<JobMessage.InFlightTo> jobAnswered;
    private final Instant since;
    private final BiConsumer<UUID, JobMessage.AskInFlightTo> jobs;
    private final Set<UUID> cleared = new HashSet<>();
    private Optional<SortedMap<UUID, String>> waitingFor = Optional.empty();

    /**
     * @param registry knows the jobs that run
     * @param jobs sends the question to the job with this id
     * @param jobId the job that empties the node; it is not asked
     * @param listener gets the events, in order; the actor stops after the last one
     */
    public static Behavior<Command> create(
            VerificationResources resources,
            ActorRef<RegistryMessage> registry,
            BiConsumer<UUID, JobMessage.AskInFlightTo> jobs,
            UUID jobId,
            StorageNodeId leaving,
            ActorRef<VerificationEvent> listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers ->
                new FencedVerification(context, timers, resources, registry, jobs, jobId, leaving, listener)));
    }

    private FencedVerification(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            VerificationResources resources,
            ActorRef<RegistryMessage> registry,
            BiConsumer<UUID, JobMessage.AskInFlightTo> jobs,
            UUID jobId,
            StorageNodeId leaving,
            ActorRef<VerificationEvent> listener) {
        super(context);
        this.timers = timers;
        this.resources = resources;
        this.registry = registry;
        this.jobs = jobs;
        this.jobId = jobId;
        this.leaving = leaving;
        this.listener = listener;
        this.jobsListed = context.messageAdapter(RegistryMessage.RegistryReply.class, JobsListed::new);
        this.jobAnswered = context.messageAdapter(JobMessage.InFlightTo.class, JobAnswered::new);
        this.since = resources.clock().instant();
        timers.startTimerWithFixedDelay(Ask.INSTANCE, Duration.ZERO, ASK_INTERVAL);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ask.class, ask -> onAsk())
                .onMessage(JobsListed.class, this::onJobsListed)
                .onMessage(JobAnswered.class, this::onJobAnswered)
                .onSignal(Terminated.class, ended -> Behaviors.stopped())
                .build();
    }

    /** Repeats the question to every job that is not clear: it or its answer may have been lost. */
    private Behavior<Command> onAsk() {
        report();
        registry.tell(new RegistryMessage.ListJobs(jobsListed));
        return this;
    }

    private Behavior<Command> onJobsListed(JobsListed listed) {
        if (isReading() || !(listed.reply() instanceof RegistryMessage.Jobs running)) {
            return this;
        }
        SortedMap<UUID, String> known = waitingFor.orElseGet(TreeMap::new);
        SortedMap<UUID, String> open = new TreeMap<>();
        running.jobs().stream()
                .filter(job -> !job.ended() && !job.id().equals(jobId) && !cleared.contains(job.id()))
                .forEach(job -> open.put(job.id(), known.getOrDefault(job.id(), "does not answer")));
        waitingFor = Optional.of(open);
        open.keySet().forEach(other -> jobs.accept(other, new JobMessage.AskInFlightTo(leaving, jobAnswered)));
        return readWhenCleared();
    }

    private Behavior<Command> onJobAnswered(JobAnswered answer) {
        JobMessage.InFlightTo reply = answer.reply();
        if (reply.assignments() == 0 && reply.fenced()) {
            cleared.add(reply.jobId());
            waitingFor.ifPresent(open -> open.remove(reply.jobId()));
        } else {
            String reason = reply.assignments() > 0
                    ? "has " + reply.assignments() + " assignments in flight"
                    : "does not know of the fence yet";
            waitingFor.ifPresent(open -> open.computeIfPresent(reply.jobId(), (id, before) -> reason));
        }
        return readWhenCleared();
    }

    private boolean isReading() {
        return !timers.isTimerActive(Ask.INSTANCE);
    }

    private Behavior<Command> readWhenCleared() {
        if (isReading() || waitingFor.filter(SortedMap::isEmpty).isEmpty()) {
            return this;
        }
        timers.cancel(Ask.INSTANCE);
        listener.tell(new VerificationEvent.FenceCleared());
        ActorRef<VerificationRun.Command> run =
                getContext().spawn(VerificationRun.create(resources, leaving, listener), "run");
        getContext().watch(run);
        return this;
    }

    private void report() {
        String detail = waitingFor
                .map(open -> open.entrySet().stream()
                        .limit(NAMED_JOBS)
                        .map(each -> "job " + each.getKey() + " " + each.getValue())
                        .collect(Collectors.joining(
                                ", ",
                                open.size() + " other jobs may still write to " + leaving + ": ",
                                open.size() > NAMED_JOBS ? ", ..." : "")))
                .orElse("the registry of jobs does not answer");
        listener.tell(new VerificationEvent.FenceWaiting(since, detail));
    }
}
