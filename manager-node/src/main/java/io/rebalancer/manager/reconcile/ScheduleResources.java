package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.storage.FleetNode;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What the schedule of runs uses.
 *
 * @param settings the current settings, which may be reloaded
 * @param fleet the storage nodes that storinfo lists; fails if they are not known
 * @param audit gets the end of each run
 */
public record ScheduleResources(
        Supplier<ReconcileSettings> settings,
        Supplier<CompletionStage<List<FleetNode>>> fleet,
        AuditTrail audit,
        Clock clock) {}
