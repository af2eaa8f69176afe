package io.rebalancer.manager.node;

import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.ManagerSettings;
import io.rebalancer.core.port.ClaimSource;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import io.rebalancer.manager.evacuate.planning.ScanResources;
import io.rebalancer.manager.evacuate.verification.VerificationResources;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.fast.FastEndpoints;
import io.rebalancer.manager.fast.FastOptions;
import io.rebalancer.manager.fast.SrvEndpoints;
import io.rebalancer.manager.metadata.KeptChunks;
import io.rebalancer.manager.metadata.MorayAudit;
import io.rebalancer.manager.metadata.MorayClaims;
import io.rebalancer.manager.metadata.MorayMetadataTier;
import io.rebalancer.manager.metadata.MorayScan;
import io.rebalancer.manager.metadata.MorayShards;
import io.rebalancer.manager.metadata.PostgresScan;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import org.apache.pekko.actor.typed.ActorSystem;

/** The metadata shards: a client for each, the tier for reads and commits, and the scan. */
final class MetadataModule {
    private final ActorSystem<?> system;
    private final ManagerSettings settings;
    private final MorayShards shards;
    private final MetadataTier tier;
    private final ScanResources scan;
    private final ScanResources primaryScan;
    private final VerificationResources verification;
    private final ClaimSource claims;

    /** @param evacuate the current settings, which may be reloaded */
    MetadataModule(ActorSystem<?> system, ManagerSettings settings, Supplier<EvacuateSettings> evacuate) {
        this.system = system;
        this.settings = settings;
        FastOptions options = FastOptions.of(settings.morayTimeout()).withConnections(settings.morayConnections());
        this.shards = new MorayShards(settings.morayShards().stream()
                .collect(Collectors.toMap(
                        ManagerSettings.MorayShard::number,
                        shard -> new FastClient(system, endpoints(shard), options))));
        this.tier = new MorayMetadataTier(shards, settings.domain());
        ScanPermits permits = new ScanPermits(() -> evacuate.get().scan().maxShardsAtATime());
        Counter sharedChunks = Kamon.counter("rebalancer.scan.shared-chunks").withoutTags();
        KeptChunks keptChunks = new KeptChunks(sharedChunks::increment);
        Consumer<Gauge> kept = gauge -> gauge.update(keptChunks.records());
        Kamon.gauge("rebalancer.scan.kept-records").withoutTags().autoUpdate(kept);
        RecordScan primary = createPrimaryScan(evacuate, keptChunks);
        this.primaryScan = new ScanResources(primary, tier, permits);
        this.scan =
                createPostgresScan(evacuate, keptChunks).map(primaryScan::with).orElse(primaryScan);
        this.verification = new VerificationResources(createAudit(evacuate), permits, Clock.systemUTC());
        this.claims = new MorayClaims(shards, () -> evacuate.get().scan().chunkRows());
        Consumer<Gauge> waiting = gauge -> gauge.update(permits.waiting());
        Kamon.gauge("rebalancer.scan.waiting").withoutTags().autoUpdate(waiting);
        shards.numbers().forEach(this::registerGauges);
    }

    MetadataTier tier() {
        return tier;
    }

    ScanResources scan() {
        return scan;
    }

    /** Scans through Moray, also when jobs scan replicas or clones. */
    ScanResources primaryScan() {
        return primaryScan;
    }

    /** Reads through Moray, also when jobs scan the databases directly. */
    VerificationResources verification() {
        return verification;
    }

    /** Reads through Moray what records claim, also when jobs scan the databases directly. */
    ClaimSource claims() {
        return claims;
    }

    private FastEndpoints endpoints(ManagerSettings.MorayShard shard) {
        return shard.port()
                .map(port -> FastEndpoints.fixed(shard.host(), port))
                .orElseGet(() -> new SrvEndpoints(
                        SrvEndpoints.session(settings.nameServer()
                                .map(server -> new InetSocketAddress(server.host(), server.port()))),
                        "moray",
                        shard.host()));
    }

    private Optional<PostgresScan> createPostgresScan(Supplier<EvacuateSettings> evacuate, KeptChunks keptChunks) {
        return settings.postgres()
                .map(postgres -> new PostgresScan(
                        postgres.urls(),
                        new PostgresScan.Access(
                                postgres.user(),
                                postgres.password(),
                                postgres.fetchRows(),
                                postgres.statementTimeout()),
                        BlockingExecutor.on(system, Dispatchers.SCAN).executor(),
                        excluded(evacuate),
                        keptChunks));
    }

    private RecordScan createPrimaryScan(Supplier<EvacuateSettings> evacuate, KeptChunks keptChunks) {
        return new MorayScan(shards, () -> evacuate.get().scan().chunkRows(), excluded(evacuate), keptChunks);
    }

    private RecordAudit createAudit(Supplier<EvacuateSettings> evacuate) {
        return new MorayAudit(shards, () -> evacuate.get().scan().chunkRows(), excluded(evacuate));
    }

    private static Supplier<List<String>> excluded(Supplier<EvacuateSettings> evacuate) {
        return () -> evacuate.get().excludeKeysContaining();
    }

    private void registerGauges(int shard) {
        Consumer<Gauge> connections = gauge -> gauge.update(shards.health(shard).open());
        Kamon.gauge("rebalancer.moray.connections").withTag("shard", shard).autoUpdate(connections);
        Consumer<Gauge> calls = gauge -> gauge.update(shards.health(shard).callsInFlight());
        Kamon.gauge("rebalancer.moray.calls").withTag("shard", shard).autoUpdate(calls);
    }
}
