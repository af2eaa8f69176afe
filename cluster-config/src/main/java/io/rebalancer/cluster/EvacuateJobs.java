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

/** Cluster sharding of evacuate jobs, which run on managers only. */
public final class EvacuateJobs {

    private EvacuateJobs() {}

    /**
     * Starts sharding on the member of a manager. Sharding remembers the jobs: when their manager dies, they resume on
     * another manager without a message from a client.
     *
     * @param stopMessage sent to a job that has to leave this member
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

    /** The id of the shard that contains a job. */
    public static String shardOf(UUID jobId) {
        return new HashCodeMessageExtractor<JobMessage>(Entities.JOB_SHARDS).shardId(jobId.toString());
    }

    /** Starts a proxy on a member that is not a manager. No job starts there. */
    public static ActorRef<ShardingEnvelope<JobMessage>> startProxy(ActorSystem<?> system) {
        return ClusterSharding.get(system)
                .init(Entity.of(Entities.EVACUATE_JOB, entity -> Behaviors.<JobMessage>empty())
                        .withRole(Roles.MANAGER)
                        .withMessageExtractor(new HashCodeMessageExtractor<>(Entities.JOB_SHARDS)));
    }
}
