package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.evacuate.lease.Lease;
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
 * Commits copied assignments, a few at a time. The queue is bounded by the assignments that a job may have in flight.
 */
public final class MetadataCommitter extends AbstractBehavior<MetadataCommitter.Command> {
    private static final Duration RETRY_DELAY = Duration.ofSeconds(2);
    private static final int MAX_RUNNING = 8;

    /** Messages to the committer. */
    public sealed interface Command {}

    /** Commit an assignment whose copies are verified. */
    public record Commit(InFlightAssignment inFlight) implements Command {}

    /** Limit the calls in progress, from now on. */
    public record SetParallelism(int calls) implements Command {}

    private record Committed(CommitResult result) implements Command {}

    private record CommitFailed(InFlightAssignment inFlight, Throwable cause) implements Command {}

    private final TimerScheduler<Command> timers;
    private final CommitResources resources;
    private final StorageNodeId leaving;
    private final ActorRef<CommitResult> listener;
    private final MetadataCalls calls;
    private final Deque<InFlightAssignment> queue = new ArrayDeque<>();
    private int running;

    /**
     * @param lease must be held for every write
     * @param parallelism calls in progress, at most
     * @param listener gets the result of every commit
     */
    public static Behavior<Command> create(
            CommitResources resources,
            Lease lease,
            StorageNodeId leaving,
            int parallelism,
            ActorRef<CommitResult> listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new MetadataCommitter(context, timers, resources, lease, leaving, parallelism, listener)));
    }

    private MetadataCommitter(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            CommitResources resources,
            Lease lease,
            StorageNodeId leaving,
            int parallelism,
            ActorRef<CommitResult> listener) {
        super(context);
        this.timers = timers;
        this.resources = resources;
        this.leaving = leaving;
        this.listener = listener;
        this.calls = new MetadataCalls(
                new TierRetry(context.getSystem(), context.getLog()), lease, parallelism, resources.runningCalls());
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Commit.class, this::onCommit)
                .onMessage(SetParallelism.class, this::onSetParallelism)
                .onMessage(Committed.class, this::onCommitted)
                .onMessage(CommitFailed.class, this::onCommitFailed)
                .onSignal(PostStop.class, signal -> onPostStop())
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
            AssignmentCommit commit = new AssignmentCommit(
                    resources.tier(), calls, resources.settings().get(), leaving, next);
            getContext()
                    .pipeToSelf(
                            commit.run(),
                            (result, failure) ->
                                    failure == null ? new Committed(result) : new CommitFailed(next, failure));
        }
        return this;
    }

    private Behavior<Command> onCommitted(Committed committed) {
        running--;
        listener.tell(committed.result());
        return startNext();
    }

    /** The copies are verified and the records unchanged, so the commit is retried and the assignment kept. */
    private Behavior<Command> onCommitFailed(CommitFailed failed) {
        running--;
        getContext()
                .getLog()
                .warn(
                        "assignment={} metadata commit failed; retrying in {}: {}",
                        failed.inFlight().assignment().id(),
                        RETRY_DELAY,
                        String.valueOf(Failures.rootCause(failed.cause()).getMessage()));
        timers.startSingleTimer(failed.inFlight().assignment().id(), new Commit(failed.inFlight()), RETRY_DELAY);
        return startNext();
    }

    private Behavior<Command> onPostStop() {
        calls.stop();
        return this;
    }
}
