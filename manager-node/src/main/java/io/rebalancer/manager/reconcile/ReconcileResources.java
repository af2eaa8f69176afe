package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.core.port.ClaimSource;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The parts of the manager that runs use; the same for every run.
 *
 * @param settings the current settings, which may be reloaded
 * @param claims reads the primaries
 * @param permits the permits that the scans of jobs use too
 * @param inventories the files of storage nodes
 * @param fleet the storage nodes that storinfo lists; fails if they are not known
 * @param repairs what repairs use in addition
 * @param schedule learns that a run has ended
 */
public record ReconcileResources(
        Supplier<ReconcileSettings> settings,
        ClaimSource claims,
        ScanPermits permits,
        MetadataTier tier,
        NodeInventory.Fleet inventories,
        Supplier<CompletionStage<List<FleetNode>>> fleet,
        ReconciliationFindings findings,
        ActorRef<ScheduleMessage> schedule,
        RepairResources repairs,
        Clock clock) {}
