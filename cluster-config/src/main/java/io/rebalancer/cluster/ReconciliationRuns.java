package io.rebalancer.cluster;

import io.rebalancer.cluster.message.ReconcileMessage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.HashCodeMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityContext;
import org.apache.pekko.japi.function.Function;

/** Cluster sharding of the runs of reconciliation, which run on managers only. */
public final class ReconciliationRuns {

    private ReconciliationRuns() {}

    /**
     * Starts sharding on the member of a manager. Sharding remembers the runs: when their manager dies, they resume on another
     * manager.
     *
     * @param stopMessage sent to a run that has to leave this member
     */
    public static void host(
            ActorSystem<?> system,
            Function<EntityContext<ReconcileMessage>, Behavior<ReconcileMessage>> behavior,
            ReconcileMessage stopMessage) {
        ClusterSharding.get(system)
                .init(Entity.of(Entities.RECONCILIATION_RUN, behavior)
                        .withRole(Roles.MANAGER)
                        .withStopMessage(stopMessage)
                        .withMessageExtractor(new HashCodeMessageExtractor<>(Entities.JOB_SHARDS))
                        .withSettings(ClusterShardingSettings.create(system).withRememberEntities(true)));
    }
}
