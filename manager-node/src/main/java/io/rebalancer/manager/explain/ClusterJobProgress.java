package io.rebalancer.manager.explain;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.async.RepeatedAsk;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.JobMessage.JobReply;
import io.rebalancer.cluster.message.JobMessage.ProgressReported;
import io.rebalancer.core.explain.StageRates;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/** Asks jobs through cluster sharding. */
final class ClusterJobProgress implements JobProgress {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);
    /** Messages to a crashed member are lost until the cluster notices the crash, so unanswered questions are repeated. */
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

    private final ActorSystem<?> system;

    ClusterJobProgress(ActorSystem<?> system) {
        this.system = system;
    }

    @Override
    public CompletionStage<ProgressReported> ask(UUID jobId, List<UUID> objects) {
        return RepeatedAsk.<JobReply>every(
                        RETRY_INTERVAL,
                        system,
                        () -> ClusterSharding.get(system)
                                .entityRefFor(Entities.EVACUATE_JOB, jobId.toString())
                                .ask(replyTo -> new JobMessage.AskProgress(objects, replyTo), ASK_TIMEOUT))
                .thenApply(reply -> reply instanceof ProgressReported reported
                        ? reported
                        : new ProgressReported(List.of(), StageRates.NONE, 0, Optional.empty()));
    }
}
