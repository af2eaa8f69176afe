package io.rebalancer.cluster;

import io.rebalancer.cluster.message.JobMessage;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.HashCodeMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityContext;
import org.apache.pekko.japi.function.Function;

/** Makes evacuate jobs reachable from a member; they live on managers only. */
public final class EvacuateJobs {

    private EvacuateJobs() {}

    /**
     * On a manager's member. The jobs are remembered: one whose manager died goes on without anybody asking for it.
     *
     * @param stopMessage what a job is told that has to leave the member
     */
    public static ActorRef<ShardingEnvelope<JobMessage>> host(
            ActorSystem<?> system,
            Function<EntityContext<JobMessage>, Behavior<JobMessage>> behavior,
            JobMessage stopMessage) {
        return ClusterSharding.get(system)
                .init(Entity.of(Entities.EVACUATE_JOB, behavior)
                        .withRole(Roles.MANAGER)
                        .withStopMessage(stopMessage)
                        .withMessageExtractor(new HashCodeMessageExtractor<>(Entities.JOB_SHARDS))
                        .withSettings(ClusterShardingSettings.create(system).withRememberEntities(true)));
    }

    /** The shard that a job is in. */
    public static String shardOf(UUID jobId) {
        return new HashCodeMessageExtractor<JobMessage>(Entities.JOB_SHARDS).shardId(jobId.toString());
    }

    /** On any other member: no job ever starts here. */
    public static ActorRef<ShardingEnvelope<JobMessage>> startProxy(ActorSystem<?> system) {
        return ClusterSharding.get(system)
                .init(Entity.of(Entities.EVACUATE_JOB, entity -> Behaviors.<JobMessage>empty())
                        .withRole(Roles.MANAGER)
                        .withMessageExtractor(new HashCodeMessageExtractor<>(Entities.JOB_SHARDS)));
    }
}
