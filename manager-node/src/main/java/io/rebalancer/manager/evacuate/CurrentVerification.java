package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.VerificationProgress;
import io.rebalancer.manager.evacuate.verification.FencedVerification;
import io.rebalancer.manager.evacuate.verification.VerificationEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/**
 * The children of a job's verification, if one runs. As with {@link CurrentPass}, a message of an earlier generation is
 * dropped.
 */
final class CurrentVerification {
    private static final String FENCE = "fence";

    private final UUID jobId;
    private final ActorContext<JobMessage> context;
    private final JobResources resources;
    private final List<ActorRef<?>> children = new ArrayList<>();
    private final Map<String, JobWait> waits = new TreeMap<>();
    private final Map<Integer, VerificationEvent.ShardProgress> shards = new HashMap<>();
    private long generation;

    CurrentVerification(UUID jobId, ActorContext<JobMessage> context, JobResources resources) {
        this.jobId = jobId;
        this.context = context;
        this.resources = resources;
    }

    /** Whether a message of {@code generation} comes from the verification that runs now. */
    boolean isCurrent(long ofMessage) {
        return !children.isEmpty() && ofMessage == generation;
    }

    /** Starts from the beginning; a verification that runs is stopped, and proves nothing. */
    void start(JobState job) {
        stop();
        long current = ++generation;
        ActorRef<VerificationEvent> listener = context.spawnAnonymous(Behaviors.receiveMessage(event -> {
            context.getSelf().tell(new JobInternalMessage.VerificationReported(current, event));
            return Behaviors.same();
        }));
        ActorRef<FencedVerification.Command> verification = context.spawnAnonymous(FencedVerification.create(
                resources.verification(),
                resources.registry(),
                this::ask,
                jobId,
                job.leaving().orElseThrow().storageNode(),
                listener));
        context.watchWith(verification, new JobInternalMessage.VerificationStopped(current));
        children.add(listener);
        children.add(verification);
    }

    private void ask(UUID otherJob, JobMessage.AskInFlightTo question) {
        ClusterSharding.get(context.getSystem())
                .entityRefFor(Entities.EVACUATE_JOB, otherJob.toString())
                .tell(question);
    }

    void stop() {
        for (ActorRef<?> child : children) {
            context.unwatch(child);
            context.stop(child);
        }
        children.clear();
        waits.clear();
        shards.clear();
    }

    /** Keeps what the verification waits for, and how far it has come. */
    void follow(VerificationEvent event) {
        if (event instanceof VerificationEvent.FenceWaiting e) {
            waits.put(FENCE, new JobWait(JobWait.Cause.OTHER_JOBS, e.since(), Optional.empty(), e.detail()));
        } else if (event instanceof VerificationEvent.FenceCleared) {
            waits.remove(FENCE);
        } else if (event instanceof VerificationEvent.ShardWaiting e) {
            waits.put(
                    "shard " + e.shard(),
                    new JobWait(
                            JobWait.Cause.METADATA_SHARD,
                            e.since(),
                            Optional.empty(),
                            "metadata shard " + e.shard() + " can't be verified now: " + e.reason()));
        } else if (event instanceof VerificationEvent.ShardResumed e) {
            waits.remove("shard " + e.shard());
        } else if (event instanceof VerificationEvent.Progress e) {
            e.shards().forEach(shard -> shards.put(shard.shard(), shard));
        }
    }

    /** How far the verification has come; empty if none runs. */
    Optional<VerificationProgress> progress() {
        if (children.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new VerificationProgress(
                resources.verification().audit().shards().size(),
                (int) shards.values().stream()
                        .filter(VerificationEvent.ShardProgress::verified)
                        .count(),
                shards.values().stream().mapToLong(shard -> shard.rows().read()).sum(),
                shards.values().stream()
                        .mapToLong(shard -> shard.rows().naming())
                        .sum()));
    }

    /** What the verification waits for. */
    List<JobWait> waits() {
        return List.copyOf(waits.values());
    }
}
