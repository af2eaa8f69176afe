package io.rebalancer.agent.limits;

import io.rebalancer.agent.copy.Pace;
import io.rebalancer.agent.copy.Room;
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

/** Looks at a running agent, and asks its {@link LimitsKeeper}. */
public final class ActorAgentControl implements AgentControl {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final ActorRef<LimitsKeeper.Choose> keeper;
    private final StorageNodeId node;
    private final String durability;
    private final Pace pace;
    private final Sources sources;
    private final Room room;

    /** @param durability the word of the settings */
    public ActorAgentControl(
            ActorSystem<?> system,
            ActorRef<LimitsKeeper.Choose> keeper,
            StorageNodeId node,
            String durability,
            Pace pace,
            Sources sources,
            Room room) {
        this.system = system;
        this.keeper = keeper;
        this.node = node;
        this.durability = durability;
        this.pace = pace;
        this.sources = sources;
        this.room = room;
    }

    @Override
    public CompletionStage<Standing> standing() {
        return CompletableFuture.completedFuture(new Standing(
                node.text(),
                durability,
                pace.limits(),
                pace.fetches(),
                pace.running(),
                pace.waiting(),
                room.availableBytes(),
                sources.standing()));
    }

    @Override
    public CompletionStage<CopyLimits> choose(CopyLimits limits) {
        return AskPattern.ask(
                keeper, replyTo -> new LimitsKeeper.Choose(limits, replyTo), PATIENCE, system.scheduler());
    }
}
