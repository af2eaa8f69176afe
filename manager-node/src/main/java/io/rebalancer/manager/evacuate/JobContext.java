package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.manager.agents.AgentGateway;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Clock;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What the jobs of one manager share.
 *
 * @param current the settings as they are now; they may change while a job runs
 */
public record JobContext(
        Supplier<EvacuateSettings> current,
        RecordScan scan,
        MetadataTier tier,
        AgentGateway agents,
        ActorRef<StorageNodeDirectory.Command> directory,
        ActorRef<SpaceMessage> spaceBroker,
        ActorRef<RegistryMessage> registry,
        JournalReader journal,
        LegacyMetrics metrics,
        AssignmentTraces traces,
        Clock clock) {

    EvacuateSettings settings() {
        return current.get();
    }
}
