package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.lease.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Commits copied assignments, all at the same time: one that waits for a shard delays no other. Their number is bounded
 * by the assignments that a job may have in flight, and {@link CallSlots} bounds their calls.
 */
public final class MetadataCommitter extends AbstractBehavior<MetadataCommitter.Command> {

    /** Messages to the committer. */
    public sealed interface Command {}

    /**
     * Commit an assignment whose copies are verified.
     *
     * @param resumed whether its copies were finished before this incarnation of the job began, so that an earlier
     *     incarnation may have sent writes
     */
    public record Commit(InFlightAssignment inFlight, boolean resumed) implements Command {}

    /** Limit the calls in progress, from now on. */
    public record SetParallelism(int calls) implements Command {}

    /**
     * Send no further write.
     *
     * @param stopped completed when no write is in progress
     */
    public record StopWriting(CompletableFuture<Void> stopped) implements Command {}

    private enum Start implements Command {
        INSTANCE
    }

    private record Committed(CommitResult result) implements Command {}

    private record CommitFailed(InFlightAssignment inFlight, Throwable cause) implements Command {}

    private final CommitResources resources;
    private final StorageNodeId leaving;
    private final ActorRef<CommitResult> listener;
    private final MetadataCalls calls;
    private final List<Commit> waiting = new ArrayList<>();

    /**
     * @param lease must be held for every write
     * @param writes counts the writes of the job
     * @param parallelism calls in progress, at most
     * @param listener gets the result of every commit
     */
    public static Behavior<Command> create(
            CommitResources resources,
            Lease lease,
            WritesInProgress writes,
            StorageNodeId leaving,
            int parallelism,
            ActorRef<CommitResult> listener) {
        return Behaviors.setup(
                context -> new MetadataCommitter(context, resources, lease, writes, leaving, parallelism, listener));
    }

    private MetadataCommitter(
            ActorContext<Command> context,
            CommitResources resources,
            Lease lease,
            WritesInProgress writes,
            StorageNodeId leaving,
            int parallelism,
            ActorRef<CommitResult> listener) {
        super(context);
        this.resources = resources;
        this.leaving = leaving;
        this.listener = listener;
        this.calls = new MetadataCalls(resources.shards(), resources.destinations(), lease, writes, parallelism);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Commit.class, this::onCommit)
                .onMessage(Start.class, start -> onStart())
                .onMessage(SetParallelism.class, this::onSetParallelism)
                .onMessage(StopWriting.class, this::onStopWriting)
                .onMessage(Committed.class, this::onCommitted)
                .onMessage(CommitFailed.class, this::onCommitFailed)
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    /** Starts with the other commits that wait in the mailbox. */
    private Behavior<Command> onCommit(Commit commit) {
        if (waiting.isEmpty()) {
            getContext().getSelf().tell(Start.INSTANCE);
        }
        waiting.add(commit);
        return this;
    }

    private Behavior<Command> onStart() {
        for (List<Commit> group : groups(waiting)) {
            SharedSearch search = SharedSearch.over(
                    calls, group.stream().map(Commit::inFlight).toList());
            group.forEach(each -> start(each, search));
        }
        waiting.clear();
        return this;
    }

    /** The commits that share a search, none with more than {@link SharedSearch#MAX_OBJECTS} unless one commit has more. */
    static List<List<Commit>> groups(List<Commit> commits) {
        List<List<Commit>> groups = new ArrayList<>();
        int objects = SharedSearch.MAX_OBJECTS;
        for (Commit each : commits) {
            int more = each.inFlight().assignment().tasks().size();
            if (objects + more > SharedSearch.MAX_OBJECTS) {
                groups.add(new ArrayList<>());
                objects = 0;
            }
            groups.get(groups.size() - 1).add(each);
            objects += more;
        }
        return groups;
    }

    private void start(Commit commit, SharedSearch search) {
        InFlightAssignment inFlight = commit.inFlight();
        AssignmentCommit run =
                new AssignmentCommit(calls, resources.settings().get(), leaving, inFlight, commit.resumed());
        // A stage also carries what run() throws, which would otherwise stop this actor.
        CompletionStage<CommitResult> result =
                CompletableFuture.completedFuture(run).thenCompose(each -> each.run(search));
        getContext()
                .pipeToSelf(
                        result,
                        (committed, failure) ->
                                failure == null ? new Committed(committed) : new CommitFailed(inFlight, failure));
    }

    private Behavior<Command> onSetParallelism(SetParallelism set) {
        calls.setCeiling(set.calls());
        return this;
    }

    private Behavior<Command> onStopWriting(StopWriting stop) {
        calls.stopWriting().thenRun(() -> stop.stopped().complete(null));
        return this;
    }

    private Behavior<Command> onCommitted(Committed committed) {
        listener.tell(committed.result());
        return this;
    }

    /** A bug ends the assignment, so that it does not hold its slot for ever. A later pass retries the records. */
    private Behavior<Command> onCommitFailed(CommitFailed failed) {
        Throwable cause = Failures.rootCause(failed.cause());
        if (cause instanceof CancellationException) {
            return this;
        }
        getContext()
                .getLog()
                .error(
                        "assignment={} metadata commit failed; a later pass retries its records",
                        failed.inFlight().assignment().id(),
                        cause);
        listener.tell(unmoved(failed.inFlight(), "the metadata commit failed: " + cause));
        return this;
    }

    private static CommitResult unmoved(InFlightAssignment inFlight, String detail) {
        List<UnmovedRecord> failures = inFlight.copiedTasks().stream()
                .map(task -> new UnmovedRecord(
                        task.record(), UnmovedRecord.Kind.FAILED, Reason.METADATA_UPDATE_FAILED, detail))
                .toList();
        return new CommitResult(
                inFlight.assignment().id(),
                SettledCounts.ZERO,
                failures,
                List.of(),
                inFlight.copiedTasks().stream().map(CopyTask::objectId).toList(),
                Set.of());
    }

    private Behavior<Command> onPostStop() {
        calls.stop();
        return this;
    }
}
