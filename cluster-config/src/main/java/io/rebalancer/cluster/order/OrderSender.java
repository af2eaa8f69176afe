package io.rebalancer.cluster.order;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.tls.MemberIdentity;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.text.OneLine;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only way of a manager's messages to the agents in the cluster. With {@code cluster.tls.manager-names} each is signed, on
 * the thread of the sender, so messages of one sender to one agent keep their order. Only the question about the time of an
 * agent's clock is never signed: a wrong clock would keep it from being answered.
 */
public final class OrderSender implements Extension {
    private static final Id ID = new Id();
    private static final Logger LOGGER = LoggerFactory.getLogger(OrderSender.class);

    private final ActorSystem<?> system;
    private final Function<StorageNodeId, RecipientRef<AgentMessage>> agents;
    private final Optional<OrderSigner> signer;

    private static final class Id extends ExtensionId<OrderSender> {
        @Override
        public OrderSender createExtension(ActorSystem<?> system) {
            return new OrderSender(
                    system,
                    node -> ClusterSharding.get(system).entityRefFor(Entities.STORAGE_AGENT, node.text()),
                    signer(system));
        }
    }

    /** The sender of this member; it signs if the settings of the member name managers. */
    public static OrderSender get(ActorSystem<?> system) {
        return ID.apply(system);
    }

    /**
     * @param agents takes the messages for the agent of a node
     * @param signer signs them; empty: they are not signed
     */
    public OrderSender(
            ActorSystem<?> system,
            Function<StorageNodeId, RecipientRef<AgentMessage>> agents,
            Optional<OrderSigner> signer) {
        this.system = system;
        this.agents = agents;
        this.signer = signer;
    }

    private static Optional<OrderSigner> signer(ActorSystem<?> system) {
        return ClusterSettings.from(system.settings().config())
                .tls()
                .filter(tls -> !tls.managerNames().isEmpty())
                .map(tls -> new OrderSigner(
                        new OrderCodec(system),
                        MemberIdentity.get(Adapter.toClassic(system))::current,
                        tls.managerNames(),
                        Clock.systemUTC()));
    }

    /** Sends a message. One that can't be signed is logged and dropped; its sender repeats it, as it does when one is lost. */
    public void tell(StorageNodeId node, AgentMessage message) {
        AgentMessage sealed;
        try {
            sealed = seal(node, message);
        } catch (RuntimeException e) {
            LOGGER.error("{} is not sent: {}", message.getClass().getSimpleName(), OneLine.of(e));
            return;
        }
        agents.apply(node).tell(sealed);
    }

    /**
     * Sends a request, and returns the reply.
     *
     * @return fails with a {@code TimeoutException} if there is none in time, or because the request can't be signed
     */
    public <R> CompletionStage<R> ask(
            StorageNodeId node, Function<ActorRef<R>, ? extends AgentMessage> request, Duration timeout) {
        try {
            return AskPattern.ask(
                    agents.apply(node), replyTo -> seal(node, request.apply(replyTo)), timeout, system.scheduler());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private AgentMessage seal(StorageNodeId node, AgentMessage message) {
        return message instanceof AgentMessage.AskClock
                ? message
                : signer.<AgentMessage>map(each -> each.sign(node, message)).orElse(message);
    }
}
