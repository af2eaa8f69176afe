package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.port.UnmovedRecords;
import io.rebalancer.manager.agents.AgentGateway;
import io.rebalancer.manager.evacuate.commit.CommitResources;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.evacuate.planning.ScanResources;
import io.rebalancer.manager.evacuate.verification.VerificationResources;
import io.rebalancer.manager.fleet.NodesInService;
import io.rebalancer.manager.settings.CurrentFleetSettings;
import io.rebalancer.persistence.query.JournalReader;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The parts of the manager that its jobs share.
 *
 * @param primaryScan scans the primaries, for a pass that moves what a verification found
 * @param unmoved the records that earlier passes of a job left, for a pass that visits only those
 * @param nodes the storage nodes that may receive copies
 * @param fleet what operators set for all jobs together
 */
public record JobResources(
        PlanningResources planning,
        CommitResources commit,
        ScanResources primaryScan,
        UnmovedRecords unmoved,
        VerificationResources verification,
        NodesInService nodes,
        CurrentFleetSettings fleet,
        AgentGateway agents,
        ActorRef<RegistryMessage> registry,
        JournalReader journal,
        LegacyMetrics metrics,
        AssignmentTraces traces) {

    /** The current settings; they may change while a job runs. */
    EvacuateSettings settings() {
        return planning.settings().get();
    }
}
