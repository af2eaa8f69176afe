package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.manager.agents.AgentGateway;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Clock;
import org.apache.pekko.actor.typed.ActorRef;

/** What the jobs of one manager share. */
public record JobParts(
        EvacuateSettings settings,
        MetadataTier tier,
        AgentGateway agents,
        ActorRef<StorageNodeDirectory.Command> directory,
        ActorRef<SpaceMessage> spaceBroker,
        ActorRef<RegistryMessage> registry,
        Clock clock) {}
