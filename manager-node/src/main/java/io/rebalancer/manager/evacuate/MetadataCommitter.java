package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Switches the metadata of copied assignments, a few assignments at a time. The queue is bounded by the assignments a job
 * may have in flight.
 */
final class MetadataCommitter extends AbstractBehavior<MetadataCommitter.Command> {
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final int MAX_RUNNING = 8;

    sealed interface Command {}

    /** Switch the records of an assignment whose copies are verified. */
    record Commit(InFlightAssignment inFlight) implements Command {}

    /** Make at most so many calls at a time, from now on. */
    record SetParallelism(int calls) implements Command {}

    private record Done(CommitResult result) implements Command {}

    private record Broken(InFlightAssignment inFlight, Throwable cause) implements Command {}

    private final TimerScheduler<Command> timers;
    private final JobContext parts;
    private final StorageNodeId leaving;
    private final ActorRef<JobMessage> job;
    private final MetadataCalls calls;
    private final Deque<InFlightAssignment> queue = new ArrayDeque<>();
    private int running;

    /** @param parallelism calls made at a time, at most */
    static Behavior<Command> create(
            JobContext parts, Lease lease, StorageNodeId leaving, int parallelism, ActorRef<JobMessage> job) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new MetadataCommitter(context, timers, parts, lease, leaving, parallelism, job)));
    }

    private MetadataCommitter(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JobContext parts,
            Lease lease,
            StorageNodeId leaving,
            int parallelism,
            ActorRef<JobMessage> job) {
        super(context);
        this.timers = timers;
        this.parts = parts;
        this.leaving = leaving;
        this.job = job;
        this.calls = new MetadataCalls(
                new Backoff(context.getSystem(), context.getLog()),
                lease,
                parallelism,
                parts.metrics()::metadataThreads);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Commit.class, this::onCommit)
                .onMessage(SetParallelism.class, this::onSetParallelism)
                .onMessage(Done.class, this::onDone)
                .onMessage(Broken.class, this::onBroken)
                .onSignal(PostStop.class, signal -> onStopped())
                .build();
    }

    private Behavior<Command> onCommit(Commit commit) {
        queue.addLast(commit.inFlight());
        return startNext();
    }

    private Behavior<Command> onSetParallelism(SetParallelism set) {
        calls.setCeiling(set.calls());
        return this;
    }

    private Behavior<Command> startNext() {
        while (running < MAX_RUNNING && !queue.isEmpty()) {
            running++;
            InFlightAssignment next = queue.removeFirst();
            AssignmentCommit run = new AssignmentCommit(parts, calls, leaving, next);
            getContext()
                    .pipeToSelf(
                            run.run(),
                            (result, failure) -> failure == null ? new Done(result) : new Broken(next, failure));
        }
        return this;
    }

    private Behavior<Command> onDone(Done done) {
        running--;
        job.tell(new JobInternalMessage.MetadataSettled(done.result()));
        return startNext();
    }

    /** The copies are good and the records as they were, so the assignment is tried again rather than given up. */
    private Behavior<Command> onBroken(Broken broken) {
        running--;
        getContext()
                .getLog()
                .warn(
                        "assignment={} metadata can't be switched, again in {}: {}",
                        broken.inFlight().assignment().id(),
                        PAUSE,
                        String.valueOf(Backoff.unwrap(broken.cause()).getMessage()));
        timers.startSingleTimer(broken.inFlight().assignment().id(), new Commit(broken.inFlight()), PAUSE);
        return startNext();
    }

    private Behavior<Command> onStopped() {
        calls.stop();
        return this;
    }
}
