package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.VerificationProgress;
import io.rebalancer.manager.evacuate.verification.FencedVerification;
import io.rebalancer.manager.evacuate.verification.VerificationEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/**
 * The verification of a job, if one runs. As with {@link CurrentPass}, a message of an earlier generation is
 * dropped.
 */
final class CurrentVerification {
    private static final String FENCE = "fence";

    private final UUID jobId;
    private final ActorContext<JobMessage> context;
    private final JobResources resources;
    private Optional<ActorRef<VerificationEvent>> running = Optional.empty();
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
        return running.isPresent() && ofMessage == generation;
    }

    /** Starts from the beginning; a verification that runs is stopped, and proves nothing. */
    void start(JobState job) {
        stop();
        long current = ++generation;
        ActorRef<VerificationEvent> started = context.spawnAnonymous(Behaviors.setup(listener -> {
            listener.watch(listener.spawnAnonymous(FencedVerification.create(
                    resources.verification(),
                    resources.registry(),
                    this::ask,
                    jobId,
                    job.leaving().orElseThrow().storageNode(),
                    listener.getSelf())));
            return forwardUntilEnd(current);
        }));
        context.watchWith(started, new JobInternalMessage.VerificationStopped(current));
        running = Optional.of(started);
    }

    /** The end of the verification takes the same way as its events, so that it does not overtake the result. */
    private Behavior<VerificationEvent> forwardUntilEnd(long ofMessages) {
        return Behaviors.receive(VerificationEvent.class)
                .onAnyMessage(event -> {
                    context.getSelf().tell(new JobInternalMessage.VerificationReported(ofMessages, event));
                    return Behaviors.same();
                })
                .onSignal(Terminated.class, ended -> Behaviors.stopped())
                .build();
    }

    private void ask(UUID otherJob, JobMessage.AskInFlightTo question) {
        ClusterSharding.get(context.getSystem())
                .entityRefFor(Entities.EVACUATE_JOB, otherJob.toString())
                .tell(question);
    }

    void stop() {
        running.ifPresent(child -> {
            context.unwatch(child);
            context.stop(child);
        });
        running = Optional.empty();
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
        if (running.isEmpty()) {
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
