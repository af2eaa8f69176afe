package io.rebalancer.cluster;

import io.rebalancer.cluster.message.AgentMessage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.japi.function.Function;

/**
 * Cluster sharding of storage agents. Managers take part as well as agents, so that the shard coordinator can run on
 * any member.
 */
public final class StorageAgents {

    private StorageAgents() {}

    /**
     * Starts sharding on the member of an agent.
     *
     * @param behavior creates the agent of a storage id; called only with the storage id of this member
     */
    public static ActorRef<ShardingEnvelope<AgentMessage>> host(
            ActorSystem<?> system, Function<String, Behavior<AgentMessage>> behavior) {
        return ClusterSharding.get(system)
                .init(Entity.of(Entities.STORAGE_AGENT, context -> create(behavior, context.getEntityId()))
                        .withMessageExtractor(new StorageIdIsShard())
                        .withSettings(ClusterShardingSettings.create(system)
                                // An agent that gets no message may have copies in progress.
                                .withPassivationStrategy(
                                        ClusterShardingSettings.PassivationStrategySettings$.MODULE$.disabled()))
                        .withAllocationStrategy(new StorageNodeAllocationStrategy(Cluster.get(system))));
    }

    /** Starts sharding on the member of a manager. No agent starts there. */
    public static ActorRef<ShardingEnvelope<AgentMessage>> startProxy(ActorSystem<?> system) {
        return host(system, storageId -> Behaviors.stopped());
    }

    private static Behavior<AgentMessage> create(Function<String, Behavior<AgentMessage>> behavior, String id) {
        try {
            return behavior.apply(id);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("storage agent " + id + " can't start: " + e.getMessage(), e);
        }
    }

    private static final class StorageIdIsShard
            extends ShardingMessageExtractor<ShardingEnvelope<AgentMessage>, AgentMessage> {
        @Override
        public String entityId(ShardingEnvelope<AgentMessage> envelope) {
            return envelope.entityId();
        }

        @Override
        public String shardId(String entityId) {
            return entityId;
        }

        @Override
        public AgentMessage unwrapMessage(ShardingEnvelope<AgentMessage> envelope) {
            return envelope.message();
        }
    }
}
