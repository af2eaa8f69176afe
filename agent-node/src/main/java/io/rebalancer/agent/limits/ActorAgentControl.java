package io.rebalancer.agent.limits;

import io.rebalancer.agent.copy.CopyEngine;
import io.rebalancer.agent.copy.EngineStatus;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Reads the status of a running agent, and changes its limits and its gate through {@link LimitsStore}. */
public final class ActorAgentControl implements AgentControl {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ACKNOWLEDGE_TIMEOUT = Duration.ofSeconds(5);

    private final ActorSystem<?> system;
    private final ActorRef<LimitsStore.Command> limitsStore;
    private final StorageNodeId node;
    private final String durability;
    private final CopyEngine engine;
    private final FreeSpaceMonitor freeSpace;

    /** @param durability the word of the settings */
    public ActorAgentControl(
            ActorSystem<?> system,
            ActorRef<LimitsStore.Command> limitsStore,
            StorageNodeId node,
            String durability,
            CopyEngine engine,
            FreeSpaceMonitor freeSpace) {
        this.system = system;
        this.limitsStore = limitsStore;
        this.node = node;
        this.durability = durability;
        this.engine = engine;
        this.freeSpace = freeSpace;
    }

    @Override
    public CompletionStage<AgentStatus> status() {
        EngineStatus status = engine.status();
        return CompletableFuture.completedFuture(new AgentStatus(
                node.text(),
                durability,
                status.gate(),
                status.limits(),
                status.effectiveFetches(),
                status.running(),
                status.waiting(),
                status.inProgress(),
                freeSpace.availableBytes(),
                status.sources(),
                0));
    }

    @Override
    public CompletionStage<CopyLimits> change(LimitsChange change) {
        return AskPattern.askWithStatus(
                limitsStore, replyTo -> new LimitsStore.ChangeLimits(change, replyTo), ASK_TIMEOUT, system.scheduler());
    }

    @Override
    public CompletionStage<GateStatus> setGate(CopyGate gate) {
        CompletionStage<CopyGate> stored = AskPattern.ask(
                limitsStore, replyTo -> new LimitsStore.SetGate(gate, replyTo), ASK_TIMEOUT, system.scheduler());
        return stored.thenCompose(applied -> engine.whenQuiet()
                        .toCompletableFuture()
                        .copy()
                        .orTimeout(ACKNOWLEDGE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS))
                .handle((quiet, failure) -> new GateStatus(
                        engine.status().gate(), failure == null, engine.status().inProgress()));
    }
}
