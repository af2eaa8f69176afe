package io.rebalancer.agent.node;

import io.rebalancer.agent.copy.CopyEngine;
import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.agent.limits.LimitsStore;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsState;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;

/** The copy engine, the free space, and what the stored limits apply to. */
final class CopyModule implements LimitsStore.Target {
    private final AgentSettings settings;
    private final StoreModule store;
    private final CopyEngine engine;
    private final FreeSpaceMonitor freeSpace;
    private volatile boolean started;

    CopyModule(ActorSystem<?> system, AgentSettings settings, StoreModule store, CopyMetrics metrics) {
        this.settings = settings;
        this.store = store;
        this.engine = CopyEngine.create(settings, store.store(), metrics);
        this.freeSpace = new FreeSpaceMonitor(store.store().space());
        // After the actors that give orders have ended, and before the store is closed.
        CoordinatedShutdown.get(system)
                .addTask(
                        CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                        "end-copies",
                        () -> CompletableFuture.supplyAsync(this::close));
    }

    private Done close() {
        engine.close();
        freeSpace.close();
        return Done.getInstance();
    }

    CopyEngine engine() {
        return engine;
    }

    FreeSpaceMonitor freeSpace() {
        return freeSpace;
    }

    /** Whether the stored limits and the stored gate are recovered. Before that, no copy starts. */
    boolean hasStarted() {
        return started;
    }

    @Override
    public void start(LimitsState stored) {
        CopyLimits limits = stored.chosen().orElseGet(this::configuredLimits);
        store.applyLimits(limits);
        engine.start(limits, stored.gate());
        started = true;
    }

    @Override
    public CopyLimits configuredLimits() {
        return settings.limits();
    }

    @Override
    public void setLimits(CopyLimits limits) {
        store.applyLimits(limits);
        engine.setLimits(limits);
    }

    @Override
    public void setGate(CopyGate gate) {
        engine.setGate(gate);
    }
}
