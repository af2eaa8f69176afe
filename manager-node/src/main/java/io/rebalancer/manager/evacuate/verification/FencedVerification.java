package io.rebalancer.manager.evacuate.verification;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.RegisteredJob;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/**
 * A verification that starts when no record can begin to name the storage node any more. The node is fenced since the job
 * was created, but assignments that other jobs planned before may still be on their way to it. So every other job that runs
 * is asked, again and again, until it has none in flight to the node and knows of the fence. A job that is created later
 * knows of the fence from its start.
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
    private final TreeMap<UUID, String> waitingFor = new TreeMap<>();
    private Optional<Set<UUID>> unanswered = Optional.empty();

    /**
     * @param registry knows the jobs that run
     * @param jobId the job that empties the node; it is not asked
     * @param listener gets the events, in order; the actor stops after the last one
     */
    public static Behavior<Command> create(
            VerificationResources resources,
            ActorRef<RegistryMessage> registry,
            UUID jobId,
            StorageNodeId leaving,
            ActorRef<VerificationEvent> listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new FencedVerification(context, timers, resources, registry, jobId, leaving, listener)));
    }

    private FencedVerification(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            VerificationResources resources,
            ActorRef<RegistryMessage> registry,
            UUID jobId,
            StorageNodeId leaving,
            ActorRef<VerificationEvent> listener) {
        super(context);
        this.timers = timers;
        this.resources = resources;
        this.registry = registry;
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

    /** A round that is not complete after the interval is begun again: a question or its answer was lost. */
    private Behavior<Command> onAsk() {
        if (unanswered.isEmpty()) {
            report("the registry of jobs does not answer");
        } else {
            reportJobs();
        }
        registry.tell(new RegistryMessage.ListJobs(jobsListed));
        return this;
    }

    private Behavior<Command> onJobsListed(JobsListed listed) {
        if (!timers.isTimerActive(Ask.INSTANCE) || !(listed.reply() instanceof RegistryMessage.Jobs jobs)) {
            return this;
        }
        Set<UUID> others = jobs.jobs().stream()
                .filter(job -> !job.ended() && !job.id().equals(jobId))
                .map(RegisteredJob::id)
                .collect(Collectors.toCollection(HashSet::new));
        unanswered = Optional.of(others);
        waitingFor.clear();
        for (UUID other : others) {
            waitingFor.put(other, "does not answer");
            ClusterSharding.get(getContext().getSystem())
                    .entityRefFor(Entities.EVACUATE_JOB, other.toString())
                    .tell(new JobMessage.AskInFlightTo(leaving, jobAnswered));
        }
        return readWhenCleared();
    }

    private Behavior<Command> onJobAnswered(JobAnswered answer) {
        JobMessage.InFlightTo reply = answer.reply();
        if (unanswered.isEmpty() || !unanswered.get().contains(reply.jobId())) {
            return this;
        }
        if (reply.assignments() > 0) {
            waitingFor.put(reply.jobId(), "has " + reply.assignments() + " assignments in flight");
        } else if (!reply.fenced()) {
            waitingFor.put(reply.jobId(), "does not know of the fence yet");
        } else {
            waitingFor.remove(reply.jobId());
        }
        return readWhenCleared();
    }

    private Behavior<Command> readWhenCleared() {
        if (!waitingFor.isEmpty() || !timers.isTimerActive(Ask.INSTANCE)) {
            return this;
        }
        timers.cancel(Ask.INSTANCE);
        listener.tell(new VerificationEvent.FenceCleared());
        ActorRef<VerificationRun.Command> run =
                getContext().spawn(VerificationRun.create(resources, leaving, listener), "run");
        getContext().watch(run);
        return this;
    }

    private void reportJobs() {
        if (!waitingFor.isEmpty()) {
            report(waitingFor.entrySet().stream()
                    .limit(NAMED_JOBS)
                    .map(each -> "job " + each.getKey() + " " + each.getValue())
                    .collect(Collectors.joining(
                            ", ",
                            waitingFor.size() + " other jobs may still write to " + leaving + ": ",
                            waitingFor.size() > NAMED_JOBS ? ", ..." : "")));
        }
    }

    private void report(String detail) {
        listener.tell(new VerificationEvent.FenceWaiting(since, detail));
    }
}
