package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.settings.EvacuateSettings.CommitSettings;
import io.rebalancer.core.port.MetadataTier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * The parts of the manager that commits use; the same for every job.
 *
 * @param settings the current settings, read for every assignment
 * @param shards limits, retries and outages of the metadata shards
 * @param destinations asked right before each write
 */
public record CommitResources(Supplier<CommitSettings> settings, MetadataShards shards, DestinationCheck destinations) {

    /**
     * @param destinations asked right before each write
     * @param runningCalls gets the number of calls in progress whenever a call has ended
     */
    public static CommitResources create(
            ActorSystem<?> system,
            Supplier<CommitSettings> settings,
            MetadataTier tier,
            DestinationCheck destinations,
            IntConsumer runningCalls) {
        MetadataShards shards =
                new MetadataShards(system, tier, () -> settings.get().shardTimeout(), runningCalls);
        return new CommitResources(settings, shards, destinations);
    }
}
