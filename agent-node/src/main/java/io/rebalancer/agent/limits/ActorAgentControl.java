package io.rebalancer.agent.limits;

import io.rebalancer.agent.copy.CopyLimiter;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.agent.copy.Sources;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Reads the status of a running agent, and changes its limits through {@link LimitsStore}. */
public final class ActorAgentControl implements AgentControl {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final ActorRef<LimitsStore.SetLimits> limitsStore;
    private final StorageNodeId node;
    private final String durability;
    private final CopyLimiter limiter;
    private final Sources sources;
    private final FreeSpaceMonitor freeSpace;

    /** @param durability the word of the settings */
    public ActorAgentControl(
            ActorSystem<?> system,
            ActorRef<LimitsStore.SetLimits> limitsStore,
            StorageNodeId node,
            String durability,
            CopyLimiter limiter,
            Sources sources,
            FreeSpaceMonitor freeSpace) {
        this.system = system;
        this.limitsStore = limitsStore;
        this.node = node;
        this.durability = durability;
        this.limiter = limiter;
        this.sources = sources;
        this.freeSpace = freeSpace;
    }

    @Override
    public CompletionStage<AgentStatus> status() {
        return CompletableFuture.completedFuture(new AgentStatus(
                node.text(),
                durability,
                limiter.limits(),
                limiter.effectiveFetches(),
                limiter.running(),
                limiter.waiting(),
                freeSpace.availableBytes(),
                sources.status()));
    }

    @Override
    public CompletionStage<CopyLimits> choose(CopyLimits limits) {
        return AskPattern.ask(
                limitsStore, replyTo -> new LimitsStore.SetLimits(limits, replyTo), ASK_TIMEOUT, system.scheduler());
    }
}
