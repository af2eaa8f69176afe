package io.rebalancer.manager.agents;

import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.AgentMessage.OperatorReply;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.FleetAgents;
import io.rebalancer.core.port.HeldAssignments;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;

/** What operators ask the agents that are members of the cluster, each with one message. */
public final class ClusterFleetAgents implements FleetAgents {
    private final AgentCalls calls;
    private final Duration deadline;

    /** @param deadline of each request */
    public ClusterFleetAgents(AgentCalls calls, Duration deadline) {
        this.calls = calls;
        this.deadline = deadline;
    }

    @Override
    public AgentControl control(StorageNodeId node) {
        return new AgentControl() {
            @Override
            public CompletionStage<AgentStatus> status() {
                return ask(node, AgentMessage.AskStatus::new, AgentMessage.StatusReported.class)
                        .thenApply(AgentMessage.StatusReported::status);
            }

            @Override
            public CompletionStage<CopyLimits> change(LimitsChange change) {
                return ask(
                                node,
                                replyTo -> new AgentMessage.ChangeLimits(change, replyTo),
                                AgentMessage.LimitsChanged.class)
                        .thenApply(AgentMessage.LimitsChanged::limits);
            }

            @Override
            public CompletionStage<GateStatus> setGate(CopyGate gate) {
                return ask(node, replyTo -> new AgentMessage.SetGate(gate, replyTo), AgentMessage.GateSet.class)
                        .thenApply(AgentMessage.GateSet::status);
            }
        };
    }

    @Override
    public HeldAssignments held(StorageNodeId node) {
        return new HeldAssignments() {
            @Override
            public CompletionStage<HeldPage> list(Optional<UUID> after, int limit) {
                return ask(
                                node,
                                replyTo -> new AgentMessage.ListHeld(after, limit, replyTo),
                                AgentMessage.HeldListed.class)
                        .thenApply(AgentMessage.HeldListed::page);
            }

            @Override
            public CompletionStage<Drop> drop(UUID assignmentId, boolean force) {
                return ask(
                                node,
                                replyTo -> new AgentMessage.DropHeld(assignmentId, force, replyTo),
                                AgentMessage.DropDecided.class)
                        .thenApply(AgentMessage.DropDecided::result);
            }
        };
    }

    private <T extends OperatorReply> CompletionStage<T> ask(
            StorageNodeId node, Function<ActorRef<OperatorReply>, AgentMessage> request, Class<T> type) {
        return calls.ask(node, request, deadline).thenApply(reply -> result(node, reply, type));
    }

    private static <T extends OperatorReply> T result(StorageNodeId node, OperatorReply reply, Class<T> type) {
        if (reply instanceof AgentMessage.LimitsRefused refused) {
            throw new AgentControl.LimitsRefused(refused.detail());
        }
        if (reply instanceof AgentMessage.RequestFailed failed) {
            throw AgentCalls.failed(node, failed.detail());
        }
        return type.cast(reply);
    }
}
