package io.rebalancer.manager.node;

import com.typesafe.config.Config;
import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.order.MemberCertificates;
import io.rebalancer.cluster.process.NodeProcess;
import io.rebalancer.cluster.process.StartFailed;
import io.rebalancer.cluster.settings.CertificateSettings;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.settings.LoginSettings;
import io.rebalancer.cluster.settings.ManagerSettings;
import io.rebalancer.cluster.settings.MetricsSettings;
import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.http.JobAdvice;
import io.rebalancer.http.NodeServices;
import io.rebalancer.manager.certificate.CertificateKeys;
import io.rebalancer.manager.reconcile.CronExpression;
import io.rebalancer.manager.reconcile.RepairResources;
import io.rebalancer.persistence.Journals;
import io.rebalancer.persistence.journal.Journal;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.ReadSide;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A running manager: a cluster member that hosts jobs and serves their API. */
public final class ManagerNode implements NodeProcess.Node {
    /** The labels of the legacy manager's metrics (manta.md section 12). */
    private static final String LEGACY_SERVICE = "1.rebalancer.localhost";

    private static final String LEGACY_DATACENTER = "development";

    private static final Set<String> RELOADABLE =
            Set.of("rebalancer.evacuate", "rebalancer.placement", "rebalancer.reconcile", "rebalancer.manager.legacy");

    private final ActorSystem<Void> system;
    private volatile EvacuateSettings evacuate;
    private volatile LegacySettings legacy;
    private volatile ReconcileSettings reconcile;

    private ManagerNode(
            ActorSystem<Void> system, EvacuateSettings evacuate, LegacySettings legacy, ReconcileSettings reconcile) {
        this.system = system;
        this.evacuate = evacuate;
        this.legacy = legacy;
        this.reconcile = reconcile;
    }

    /**
     * Starts a manager.
     *
     * @return completes when it serves HTTP; fails with {@code SettingsFault} if its port is taken
     * @throws io.rebalancer.cluster.settings.SettingsFault if a setting is missing or wrong
     * @throws io.rebalancer.manager.certificate.CertificateKeyFault if the key that signs certificates is damaged, or other
     *     users may read it
     * @throws IOException if the journal's directory can't be used
     */
    public static CompletionStage<ManagerNode> start(Config root) throws IOException {
        ManagerSettings settings = ManagerSettings.from(root);
        EvacuateSettings evacuate = EvacuateSettings.from(root);
        LegacySettings legacy = LegacySettings.from(root);
        ReconcileSettings reconcile = reconcile(root);
        LoginSettings login = LoginSettings.from(root);
        MetricsSettings metrics = MetricsSettings.from(root, LEGACY_SERVICE, LEGACY_DATACENTER);
        TraceSettings traces = TraceSettings.from(root);
        CertificateKeys keys =
                CertificateKeys.open(CertificateSettings.from(root).keyDirectory());
        ClusterSettings cluster = ClusterSettings.from(root);
        MemberCertificates.requireManager(cluster);
        Config config = cluster.applyTo(root, List.of(Roles.MANAGER));
        Journal journal = Journals.of(settings.journal());
        ActorSystem<Void> system =
                ActorSystem.create(Behaviors.empty(), ClusterSettings.SYSTEM_NAME, journal.applyTo(config));
        ManagerNode node = new ManagerNode(system, evacuate, legacy, reconcile);
        BlockingExecutor blocking = BlockingExecutor.on(system, Dispatchers.READ_SIDE);
        return StartFailed.endingSystem(
                system,
                // Before the journal: a metric keeps the settings that Kamon has when it is created.
                CompletableFuture.completedFuture(system)
                        .thenApply(started -> new ObservabilityModule(started, metrics, traces))
                        .thenCompose(observability -> journal.prepare(system)
                                .thenCompose(done -> blocking.run(() -> journal.readSide(system)))
                                .thenCompose(readSide -> AccessModule.start(system, journal.reader(system), login)
                                        .thenCompose(access -> {
                                            access.requireAdministrator(
                                                    settings.http(), ManagerSettings.adviceForListener(root));
                                            observability.watchCertificates(settings.http(), cluster);
                                            return node.serve(
                                                    settings,
                                                    observability,
                                                    journal.reader(system),
                                                    readSide,
                                                    keys,
                                                    access);
                                        })))
                        .thenApply(served -> node));
    }

    private static ReconcileSettings reconcile(Config root) {
        ReconcileSettings settings = ReconcileSettings.from(root);
        CronExpression.check(settings.schedule());
        return settings;
    }

    private CompletionStage<?> serve(
            ManagerSettings settings,
            ObservabilityModule observability,
            JournalReader journal,
            ReadSide tables,
            CertificateKeys keys,
            AccessModule access) {
        MetadataModule metadata = new MetadataModule(system, settings, () -> evacuate);
        AuditModule audit = new AuditModule(system);
        ReadSideModule readSide = new ReadSideModule(system, journal, tables, audit.trail());
        JobsModule jobs = new JobsModule(
                system,
                settings,
                () -> evacuate,
                metadata,
                observability,
                journal,
                readSide.readSide().unmovedRecords());
        CertificateModule certificates = new CertificateModule(system, metadata, jobs, journal, keys);
        PreflightModule preflight = new PreflightModule(system, () -> evacuate, () -> legacy, metadata, jobs);
        ExplainModule explain = new ExplainModule(system, () -> evacuate, metadata, jobs, readSide);
        PlanModule plans = new PlanModule(system, () -> evacuate, metadata, jobs, readSide);
        ReconcileModule reconciliation = new ReconcileModule(
                system,
                () -> reconcile,
                metadata,
                jobs,
                readSide,
                new RepairResources(
                        audit.trail(),
                        () -> evacuate.placement(),
                        jobs.nodes()::outOfService,
                        jobs.spaceBroker(),
                        (id, last) -> journal.endsWith(id, last, system)));
        HttpModule http = new HttpModule(
                system,
                settings,
                () -> legacy,
                metadata,
                jobs,
                new NodeServices(jobs.nodes(), certificates.service(), jobs.agents(), reconciliation.service()),
                audit,
                new JobAdvice(preflight.service(), plans.service(), explain.service()),
                readSide,
                journal,
                observability,
                access);
        return http.start().thenCompose(started -> observability.startServer(http.readiness()));
    }

    /** The member's actor system. Terminate it to stop the manager. */
    @Override
    public ActorSystem<Void> system() {
        return system;
    }

    @Override
    public Set<String> reloadable() {
        return RELOADABLE;
    }

    /** Running jobs continue with the new settings, except for {@code snapshot-every}, which is fixed when a job starts. */
    @Override
    public void reload(Config root) {
        ManagerSettings.from(root);
        LoginSettings.from(root);
        EvacuateSettings newEvacuate = EvacuateSettings.from(root);
        LegacySettings newLegacy = LegacySettings.from(root);
        ReconcileSettings newReconcile = reconcile(root);
        evacuate = newEvacuate;
        reconcile = newReconcile;
        legacy = newLegacy;
    }
}
