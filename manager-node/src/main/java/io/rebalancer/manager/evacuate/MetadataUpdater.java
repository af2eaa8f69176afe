package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.InFlight;
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
 * Switches the metadata of copied assignments, one assignment at a time and the records of one in parallel. The queue is
 * bounded by the assignments a job may have in flight.
 */
final class MetadataUpdater extends AbstractBehavior<MetadataUpdater.Command> {
    private static final Duration PAUSE = Duration.ofSeconds(2);

    sealed interface Command {}

    /** Switch the records of an assignment whose copies are verified. */
    record Commit(InFlight inFlight) implements Command {}

    /** Switch so many records at a time, from the next assignment on. */
    record SetParallelism(int records) implements Command {}

    private record Done(CommitResult result) implements Command {}

    private record Broken(InFlight inFlight, Throwable cause) implements Command {}

    private final TimerScheduler<Command> timers;
    private final JobParts parts;
    private final StorageNodeId leaving;
    private final ActorRef<JobMessage> job;
    private final Backoff backoff;
    private final Deque<InFlight> queue = new ArrayDeque<>();
    private int parallelism;
    private boolean running;

    /** @param parallelism records switched at a time */
    static Behavior<Command> create(JobParts parts, StorageNodeId leaving, int parallelism, ActorRef<JobMessage> job) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new MetadataUpdater(context, timers, parts, leaving, parallelism, job)));
    }

    private MetadataUpdater(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JobParts parts,
            StorageNodeId leaving,
            int parallelism,
            ActorRef<JobMessage> job) {
        super(context);
        this.parallelism = parallelism;
        this.timers = timers;
        this.parts = parts;
        this.leaving = leaving;
        this.job = job;
        this.backoff = new Backoff(context.getSystem(), context.getLog());
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
        parallelism = set.records();
        return this;
    }

    private Behavior<Command> startNext() {
        if (!running && !queue.isEmpty()) {
            running = true;
            InFlight next = queue.removeFirst();
            CommitRun run = new CommitRun(getContext().getSystem(), parts, backoff, leaving, next, parallelism);
            getContext()
                    .pipeToSelf(
                            run.run(),
                            (result, failure) -> failure == null ? new Done(result) : new Broken(next, failure));
        }
        return this;
    }

    private Behavior<Command> onDone(Done done) {
        running = false;
        job.tell(new JobInternal.MetadataSettled(done.result()));
        return startNext();
    }

    /** The copies are good and the records as they were, so the assignment is tried again rather than given up. */
    private Behavior<Command> onBroken(Broken broken) {
        running = false;
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
        backoff.stop();
        return this;
    }
}
