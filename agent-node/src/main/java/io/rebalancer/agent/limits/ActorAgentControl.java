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

/** Looks at a running agent, and asks its {@link LimitsStore}. */
public final class ActorAgentControl implements AgentControl {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final ActorRef<LimitsStore.Choose> keeper;
    private final StorageNodeId node;
    private final String durability;
    private final CopyLimiter pace;
    private final Sources sources;
    private final FreeSpaceMonitor room;

    /** @param durability the word of the settings */
    public ActorAgentControl(
            ActorSystem<?> system,
            ActorRef<LimitsStore.Choose> keeper,
            StorageNodeId node,
            String durability,
            CopyLimiter pace,
            Sources sources,
            FreeSpaceMonitor room) {
        this.system = system;
        this.keeper = keeper;
        this.node = node;
        this.durability = durability;
        this.pace = pace;
        this.sources = sources;
        this.room = room;
    }

    @Override
    public CompletionStage<AgentStatus> status() {
        return CompletableFuture.completedFuture(new AgentStatus(
                node.text(),
                durability,
                pace.limits(),
                pace.fetches(),
                pace.running(),
                pace.waiting(),
                room.availableBytes(),
                sources.status()));
    }

    @Override
    public CompletionStage<CopyLimits> choose(CopyLimits limits) {
        return AskPattern.ask(
                keeper, replyTo -> new LimitsStore.Choose(limits, replyTo), ASK_TIMEOUT, system.scheduler());
    }
}
