package io.rebalancer.manager.node;

import io.rebalancer.cluster.ReconciliationRuns;
import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.manager.reconcile.ClusterReconciliation;
import io.rebalancer.manager.reconcile.ReconcileResources;
import io.rebalancer.manager.reconcile.ReconciliationMonitor;
import io.rebalancer.manager.reconcile.ReconciliationRetention;
import io.rebalancer.manager.reconcile.ReconciliationRun;
import io.rebalancer.manager.reconcile.ReconciliationSchedule;
import io.rebalancer.manager.reconcile.RepairResources;
import io.rebalancer.manager.reconcile.ScheduleResources;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;

/** Reconciliation: the schedule of its runs, and the runs that are on this manager. */
final class ReconcileModule {
    static final String RECONCILIATION_SCHEDULE = "ReconciliationSchedule";

    static final String RECONCILIATION_MONITOR = "ReconciliationMonitor";

    static final String RECONCILIATION_RETENTION = "ReconciliationRetention";

    private final ReconciliationService service;

    /**
     * @param settings the current settings, which may be reloaded
     * @param repairs what repairs use in addition
     */
    ReconcileModule(
            ActorSystem<?> system,
            Supplier<ReconcileSettings> settings,
            MetadataModule metadata,
            JobsModule jobs,
            ReadSideModule readSide,
            RepairResources repairs) {
        SortFiles.deleteIn(settings.get().sort().directory());
        Clock clock = Clock.systemUTC();
        ReconciliationFindings findings = readSide.readSide().reconciliationFindings();
        ActorRef<ScheduleMessage> schedule = Singletons.start(
                system,
                RECONCILIATION_SCHEDULE,
                ReconciliationSchedule.create(
                        new ScheduleResources(settings, jobs.nodes()::fleet, repairs.audit(), clock)));
        ReconcileResources resources = new ReconcileResources(
                settings,
                metadata.claims(),
                metadata.verification().permits(),
                metadata.tier(),
                jobs.inventories(),
                jobs.nodes()::fleet,
                findings,
                schedule,
                repairs,
                clock);
        ReconciliationRuns.host(
                system, entity -> ReconciliationRun.create(entity, resources), ReconciliationRun.stopMessage());
        ClusterReconciliation runs = new ClusterReconciliation(
                system,
                schedule,
                jobs.nodes(),
                jobs.inventories(),
                findings,
                () -> settings.get().enabled(),
                clock);
        this.service = runs;
        Singletons.start(
                system,
                RECONCILIATION_RETENTION,
                ReconciliationRetention.create(new ReconciliationRetention.Sources(
                        () -> settings.get().retention(),
                        readSide.readSide().expiredRuns(),
                        runs::neededRuns,
                        runs::forget,
                        (id, to) -> readSide.readSide()
                                .deletion()
                                .map(events -> events.deleteTo(id, to))
                                .orElseGet(() -> CompletableFuture.completedStage(0L)),
                        clock)));
        ReconciliationMonitor.register();
        Singletons.start(
                system,
                RECONCILIATION_MONITOR,
                ReconciliationMonitor.create(new ReconciliationMonitor.Sources(
                        runs::isEnabled,
                        () -> jobs.nodes().fleet().thenApply(List::size),
                        findings,
                        id -> runs.get(id).thenApply(found -> found.map(ReconciliationService.View::state)))));
    }

    ReconciliationService service() {
        return service;
    }
}
