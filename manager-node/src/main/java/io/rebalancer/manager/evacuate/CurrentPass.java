package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.manager.evacuate.commit.MetadataCommitter;
import io.rebalancer.manager.evacuate.commit.WritesInProgress;
import io.rebalancer.manager.evacuate.planning.AssignmentBatcher;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import io.rebalancer.manager.evacuate.planning.PlanningWait;
import io.rebalancer.manager.lease.Lease;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The children that do the work of the current pass, if one runs. Each start of the children is a generation, and each of
 * their messages names it: a message of an earlier generation describes work that was not stored, and is dropped.
 */
final class CurrentPass {
    private final ActorContext<JobMessage> context;
    private final JobResources resources;
    private final Lease lease;
    private final JobLimits limits;
    private final WritesInProgress writes = new WritesInProgress();
    private Optional<PassActors> actors = Optional.empty();
    private List<PlanningWait> waits = List.of();
    private final SortedMap<Integer, JobWait> delayedShards = new TreeMap<>();
    private long generation;
    private boolean writing;
    private int parallelism;

    CurrentPass(ActorContext<JobMessage> context, JobResources resources, Lease lease, JobLimits limits) {
        this.context = context;
        this.resources = resources;
        this.lease = lease;
        this.limits = limits;
    }

    /** Whether children run that commit what they are given. */
    boolean isCommitting() {
        return actors.isPresent() && writing;
    }

    /** Whether a message of {@code generation} comes from the children that work now. */
    boolean isCurrent(long ofMessage) {
        return actors.isPresent() && ofMessage == generation;
    }

    /** Starts children that continue from {@code job}; those of an earlier generation are stopped. */
    void start(FencingToken token, JobState job) {
        stop();
        generation++;
        writing = true;
        parallelism = limits.commitParallelism();
        actors = Optional.of(PassActors.start(context, resources, lease, limits, writes, token, job, generation));
    }

    void stop() {
        actors.ifPresent(each -> each.stop(context));
        actors = Optional.empty();
        waits = List.of();
        delayedShards.clear();
    }

    /** Stops to scan and to plan; commits continue. */
    void stopPlanning() {
        actors.ifPresent(each -> each.stopPlanning(context));
        delayedShards.clear();
    }

    /**
     * Stops to scan and to plan, and sends no further write.
     *
     * @return completes when no write is in progress; with the message that then follows, at once if no pass runs
     */
    CompletionStage<JobInternalMessage> stopWriting() {
        stopPlanning();
        writing = false;
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        actors.ifPresentOrElse(
                each -> each.committer().tell(new MetadataCommitter.StopWriting(stopped)),
                () -> stopped.complete(null));
        long current = generation;
        // Writes of a committer that has failed count too.
        return stopped.thenCompose(none -> writes.whenNone())
                .thenApply(none -> new JobInternalMessage.WritesEnded(current));
    }

    /** Whether {@code ofMessage} is the generation of the children that work now, or that worked last. */
    boolean isLatest(long ofMessage) {
        return ofMessage == generation;
    }

    /** @param resumed whether an earlier generation may have committed a part of the assignment */
    void commit(InFlightAssignment copied, boolean resumed) {
        actors.ifPresent(each -> each.committer().tell(new MetadataCommitter.Commit(copied, resumed)));
    }

    /** Keeps what planning waits for. Returns whether the event states nothing else, so that nothing has to be stored. */
    boolean followWaits(PlanningEvent event) {
        if (event instanceof PlanningEvent.Waiting waiting) {
            waits = waiting.waits();
            return true;
        }
        if (event instanceof PlanningEvent.ShardDelayed delayed) {
            delayedShards.put(delayed.shard(), wait(delayed));
            return true;
        }
        if (event instanceof PlanningEvent.ShardResumed resumed) {
            delayedShards.remove(resumed.shard());
            return true;
        }
        return false;
    }

    private static JobWait wait(PlanningEvent.ShardDelayed delayed) {
        return new JobWait(
                JobWait.Cause.METADATA_SHARD,
                delayed.since(),
                Optional.empty(),
                "the scan of metadata shard " + delayed.shard() + ": " + delayed.cause());
    }

    /** What planning, the scan and commits wait for. */
    List<JobWait> waits() {
        if (actors.isEmpty()) {
            return List.of();
        }
        Stream<JobWait> planning = waits.stream()
                .map(wait -> new JobWait(
                        JobWait.Cause.valueOf(wait.cause().name()),
                        wait.since(),
                        wait.until(),
                        wait.objects() + " objects wait: " + wait.detail()));
        Stream<JobWait> commits = resources.commit().shards().waits().stream()
                .map(wait -> new JobWait(
                        JobWait.Cause.METADATA_SHARD,
                        wait.since(),
                        Optional.empty(),
                        "metadata shard " + wait.shard() + ": " + wait.detail()));
        return Stream.of(planning, delayedShards.values().stream(), commits)
                .flatMap(each -> each)
                .toList();
    }

    /** Applies what has changed in the limits; planning reads them whenever it uses them. */
    void followLimits() {
        int now = limits.commitParallelism();
        if (now != parallelism) {
            parallelism = now;
            actors.ifPresent(each -> each.committer().tell(new MetadataCommitter.SetParallelism(now)));
        }
    }

    void assignmentEnded(AssignmentBatcher.AssignmentEnded ended) {
        actors.ifPresent(each -> each.batcher().tell(ended));
    }
}
