package io.rebalancer.manager.agents;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.order.OrderSender;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable.Code;
import io.rebalancer.core.storage.FleetNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Asks the agents that are members of the cluster, each with one message. An agent without a reachable member is not asked:
 * sharding would keep the message, and the agent might carry it out much later.
 */
public final class AgentCalls {
    private final OrderSender orders;
    private final Predicate<StorageNodeId> isMember;
    private final Predicate<StorageNodeId> isOverHttp;
    private final Supplier<CompletionStage<List<FleetNode>>> fleet;

    /**
     * @param orders takes the messages for the agents
     * @param isMember whether a reachable member of the cluster serves a node
     * @param isOverHttp whether this manager reaches the agent of a node over HTTP; may call the node
     * @param fleet the nodes that storinfo lists; fails if they are not known
     */
    public AgentCalls(
            OrderSender orders,
            Predicate<StorageNodeId> isMember,
            Predicate<StorageNodeId> isOverHttp,
            Supplier<CompletionStage<List<FleetNode>>> fleet) {
        this.orders = orders;
        this.isMember = isMember;
        this.isOverHttp = isOverHttp;
        this.fleet = fleet;
    }

    /**
     * Sends a request to the agent of a node.
     *
     * @param deadline after which the reply is dropped
     * @return fails with {@link AgentUnavailable} if the agent got no request, or did not reply in time
     */
    <R> CompletionStage<R> ask(StorageNodeId node, Function<ActorRef<R>, AgentMessage> request, Duration deadline) {
        if (!isMember.test(node)) {
            return fleet.get()
                    .handle((nodes, failure) -> failure == null ? absent(node, lists(nodes, node)) : unreachable(node))
                    .thenCompose(CompletableFuture::failedFuture);
        }
        return orders.ask(node, request, deadline).handle((reply, failure) -> {
            if (failure != null) {
                throw noReply(node, Failures.rootCause(failure), deadline);
            }
            return reply;
        });
    }

    /** The agent replied that it could not carry a request out. */
    static AgentUnavailable failed(StorageNodeId node, String detail) {
        return new AgentUnavailable(
                Code.AGENT_FAILED,
                "the agent of " + node + " failed to carry the request out (" + detail
                        + "); look at its log and its data directory, and at its state before you repeat a change");
    }

    private static boolean lists(List<FleetNode> nodes, StorageNodeId node) {
        return nodes.stream().anyMatch(each -> each.node().id().equals(node));
    }

    private static RuntimeException noReply(StorageNodeId node, Throwable cause, Duration deadline) {
        if (!(cause instanceof TimeoutException)) {
            return new IllegalStateException("the agent of " + node + " can't be asked", cause);
        }
        return new AgentUnavailable(
                Code.AGENT_NO_REPLY,
                "the agent of " + node + " did not reply within " + deadline.toSeconds()
                        + " s; it may still carry the request out. Read its status before you repeat a change. If this"
                        + " lasts, look at its log: it may be frozen, wait for its storage id, or have an earlier"
                        + " version");
    }

    /** Only a node that storinfo lists may be called over HTTP: any text can be the id in a request. */
    private AgentUnavailable absent(StorageNodeId node, boolean isListed) {
        if (!isListed) {
            return new AgentUnavailable(
                    Code.STORAGE_NODE_NOT_FOUND,
                    "storinfo lists no storage node " + node
                            + ", and no member of the cluster serves it; GET /api/v1/fleet lists all nodes");
        }
        if (isOverHttp.test(node)) {
            return new AgentUnavailable(
                    Code.AGENT_NOT_IN_CLUSTER,
                    "the agent of " + node + " is not a member of the cluster: it is reached over HTTP only, as a"
                            + " legacy agent is, and has no such request. Run an agent of this version there, or use"
                            + " the agent's own listener");
        }
        return unreachable(node);
    }

    private static AgentUnavailable unreachable(StorageNodeId node) {
        return new AgentUnavailable(
                Code.AGENT_UNREACHABLE,
                "no reachable member of the cluster serves " + node
                        + ": its agent is down or cut off, and got no request. Start the agent, and look at"
                        + " GET /api/v1/cluster");
    }
}
